/** The pictures of a grid, fetched page by page: the first page at once, and in the background the
 * marks by which any other page can be reached, however far down it lies. */
import { PagedSource, type PageAnswer } from '$lib/widgets/grid/paged-source';

export interface Marks {
  total: number;
  cursors: string[];
}

export interface PictureLoader<T> {
  page: (after: string | null, limit: number, signal: AbortSignal) => Promise<PageAnswer<T>>;
  /** How many there are, and where each page but the first begins. */
  marks: (every: number) => Promise<Marks>;
}

export const PAGE = 200;

export class GridPages<T> {
  readonly source: PagedSource<T>;
  /** How many pictures there are; null until that is known. */
  total: number | null = null;
  /** Why the number is not known, if asking for it has failed. */
  error: unknown = null;
  #loader: PictureLoader<T>;
  #marks: Promise<Marks> | null = null;
  #listeners = new Set<() => void>();

  constructor(loader: PictureLoader<T>, size = PAGE) {
    this.#loader = loader;
    this.source = new PagedSource<T>({
      // One page of empty places stands there until the first answer.
      count: size,
      size,
      keep: 80,
      load: async ({ page, mark, signal }) => {
        const answer = await loader.page(await this.#placeOf(page, mark), size, signal);
        if (page === 0) this.#takeFirst(answer);
        return answer;
      },
    });
    void this.#askMarks();
  }

  /** Calls back when `total` or `error` has changed. Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks again for what has failed. */
  retry(): void {
    if (this.error !== null) void this.#askMarks();
    this.source.retry();
  }

  /** Where an item stands, looked for from where it was last seen; null if it is not near there. */
  async indexOf(found: (item: T) => boolean, near: number): Promise<number | null> {
    const { total } = await this.#whole();
    const size = this.source.size;
    const page = Math.floor(Math.max(0, Math.min(near, total - 1)) / size);
    for (const at of [page, page - 1, page + 1]) {
      const [start, end] = [at * size, Math.min((at + 1) * size, total)];
      if (at < 0 || start >= total) continue;
      const items = await this.source.itemsIn([{ start, end }]);
      const place = items.findIndex(found);
      if (place !== -1) return start + place;
    }
    return null;
  }

  /** How many there are, once it is known. Raises: what asking has failed with. */
  async count(): Promise<number> {
    return (await this.#whole()).total;
  }

  #whole(): Promise<Marks> {
    return this.#marks ?? this.#askMarks();
  }

  async #placeOf(page: number, mark: string | null | undefined): Promise<string | null> {
    if (page === 0) return null;
    if (mark != null) return mark;
    const place = (await this.#whole()).cursors[page - 1];
    // The list has become shorter since its pages were counted.
    if (place === undefined)
      throw new Error('There are fewer pictures than before. Load the page again.');
    return place;
  }

  #askMarks(): Promise<Marks> {
    this.error = null;
    const asked = this.#loader.marks(this.source.size);
    this.#marks = asked;
    asked.then(
      (marks) => this.#know(marks.total),
      (error: unknown) => {
        this.#marks = null;
        this.error = error;
        this.#changed();
      },
    );
    return asked;
  }

  #takeFirst({ items, next }: PageAnswer<T>): void {
    if (this.total !== null) return;
    if (next == null) this.#know(items.length);
  }

  #know(total: number): void {
    this.total = total;
    this.source.count = total;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
