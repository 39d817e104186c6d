/** Items fetched page by page as they come into view, for a list that is too long to fetch whole. */

export interface PageWish {
  /** Number of the page, from 0. */
  page: number;
  /** How many items a full page has. */
  size: number;
  /** The server's mark at which this page begins, where it is known: from the answer with the page
   * before, or from `marks`. Null for the first page, undefined where nothing is known yet. */
  mark: string | null | undefined;
  signal: AbortSignal;
}

export interface PageAnswer<T> {
  items: T[];
  /** The mark at which the next page begins; null or absent after the last one. */
  next?: string | null;
}

export interface PagedSourceOptions<T> {
  count: number;
  size?: number;
  load: (wish: PageWish) => Promise<PageAnswer<T> | T[]>;
  /** The marks at which pages 1, 2, ... begin, where the server tells them all at once. */
  marks?: readonly string[];
  /** How many pages are kept; those seen longest ago are forgotten. */
  keep?: number;
  /** How many requests run at a time. */
  parallel?: number;
}

interface Kept<T> {
  items: T[];
  seen: number;
}

export class PagedSource<T> {
  readonly size: number;
  #count: number;
  #load: PagedSourceOptions<T>['load'];
  #keep: number;
  #parallel: number;
  #pages = new Map<number, Kept<T>>();
  #failed = new Map<number, unknown>();
  #running = new Map<number, AbortController>();
  #wanted: number[] = [];
  #marks = new Map<number, string | null>([[0, null]]);
  #listeners = new Set<() => void>();
  #turn = 0;

  constructor({
    count,
    size = 200,
    load,
    marks = [],
    keep = 60,
    parallel = 4,
  }: PagedSourceOptions<T>) {
    this.#count = count;
    this.size = size;
    this.#load = load;
    this.#keep = keep;
    this.#parallel = parallel;
    marks.forEach((mark, at) => this.#marks.set(at + 1, mark));
  }

  get count(): number {
    return this.#count;
  }

  set count(count: number) {
    if (count === this.#count) return;
    this.#count = count;
    this.#changed();
  }

  /** Whether anything has failed that is in view; `retry` asks for it again. */
  get error(): unknown {
    for (const page of this.#wanted) if (this.#failed.has(page)) return this.#failed.get(page);
    return null;
  }

  get loading(): boolean {
    return this.#running.size > 0;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The item at a place, or undefined while it is not here. */
  item(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / this.size))?.items[index % this.size];
  }

  /** Says what is in view: its pages are fetched, first those in the middle, and requests for
   * pages that have gone out of view are called off. */
  view(start: number, end: number): void {
    const first = Math.floor(Math.max(0, start) / this.size);
    const last = Math.floor(Math.max(0, Math.min(end, this.#count) - 1) / this.size);
    const middle = (first + last) / 2;
    this.#wanted = this.#count === 0 || end <= start ? [] : rising(first, last);
    this.#wanted.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
    this.#turn++;
    for (const page of this.#wanted) {
      const kept = this.#pages.get(page);
      if (kept) kept.seen = this.#turn;
    }
    for (const [page, controller] of this.#running) {
      if (!this.#wanted.includes(page)) {
        this.#running.delete(page);
        controller.abort();
      }
    }
    this.#pump();
  }

  retry(): void {
    this.#failed.clear();
    this.#pump();
    this.#changed();
  }

  /** Replaces an item that is here, after it has been changed. */
  set(index: number, item: T): void {
    const page = this.#pages.get(Math.floor(index / this.size));
    if (page === undefined || index % this.size >= page.items.length) return;
    page.items[index % this.size] = item;
    this.#changed();
  }

  /** Forgets everything and fetches anew what is in view. */
  reset(count: number = this.#count, marks: readonly string[] = []): void {
    for (const controller of this.#running.values()) controller.abort();
    this.#running.clear();
    this.#pages.clear();
    this.#failed.clear();
    this.#marks = new Map([[0, null]]);
    marks.forEach((mark, at) => this.#marks.set(at + 1, mark));
    this.#count = count;
    this.#wanted = this.#wanted.filter((page) => page * this.size < count);
    this.#pump();
    this.#changed();
  }

  /** All items of some ranges, with those fetched that are not here. */
  async itemsIn(ranges: Iterable<{ start: number; end: number }>): Promise<T[]> {
    const found: T[] = [];
    for (const { start, end } of ranges) {
      let index = start;
      while (index < end) {
        const page = Math.floor(index / this.size);
        const items = this.#pages.get(page)?.items ?? (await this.#fetch(page));
        const stop = Math.min(end, (page + 1) * this.size);
        found.push(...items.slice(index % this.size, (index % this.size) + stop - index));
        index = stop;
      }
    }
    return found;
  }

  async #fetch(page: number, signal = new AbortController().signal): Promise<T[]> {
    const mark = this.#marks.get(page);
    const answer = await this.#load({ page, size: this.size, mark, signal });
    if (Array.isArray(answer)) return answer;
    if (answer.next) this.#marks.set(page + 1, answer.next);
    return answer.items;
  }

  #pump(): void {
    for (const page of this.#wanted) {
      if (this.#running.size >= this.#parallel) return;
      if (this.#pages.has(page) || this.#running.has(page) || this.#failed.has(page)) continue;
      const controller = new AbortController();
      this.#running.set(page, controller);
      void this.#take(page, controller);
    }
  }

  async #take(page: number, controller: AbortController): Promise<void> {
    try {
      const items = await this.#fetch(page, controller.signal);
      if (this.#running.get(page) !== controller) return;
      this.#pages.set(page, { items, seen: this.#turn });
      this.#forget();
    } catch (error) {
      if (this.#running.get(page) !== controller) return;
      this.#failed.set(page, error);
    }
    this.#running.delete(page);
    this.#pump();
    this.#changed();
  }

  #forget(): void {
    if (this.#pages.size <= this.#keep) return;
    const oldest = [...this.#pages]
      .filter(([page]) => !this.#wanted.includes(page))
      .sort(([, a], [, b]) => a.seen - b.seen);
    for (const [page] of oldest.slice(0, this.#pages.size - this.#keep)) this.#pages.delete(page);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function rising(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
