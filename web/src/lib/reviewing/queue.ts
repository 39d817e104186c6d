/** The pictures that wait for a reviewer, one after another, with what became of each.
 *
 * What is decided stays in the list, so that one can go back to it. */

export type Fate =
  /** Waits for a decision. */
  | 'waiting'
  /** Came by its address and does not wait. */
  | 'visited'
  | 'decided'
  /** Gone back to the annotators for one more answer. */
  | 'asked'
  /** Somebody else has settled it meanwhile. */
  | 'elsewhere';

export interface Waiting<T> {
  readonly picture: T;
  readonly fate: Fate;
}

export interface QueueLoader<T> {
  page: (after: string | null) => Promise<{ items: T[]; next: string | null }>;
  /** How many wait. */
  count: () => Promise<number>;
}

/** How many places before the end of what is here the next page is fetched. */
const AHEAD = 12;

export class ReviewQueue<T extends { id: number }> {
  items: Waiting<T>[] = [];
  /** The place of the picture that is shown; the number of items when all is done. */
  at = 0;
  /** How many wait now, as far as this window knows; null until the server was asked. */
  left: number | null = null;
  #loader: QueueLoader<T>;
  #next: string | null = null;
  #loading: Promise<void> | null = null;
  #listeners = new Set<() => void>();

  constructor(loader: QueueLoader<T>) {
    this.#loader = loader;
  }

  get current(): Waiting<T> | null {
    return this.items[this.at] ?? null;
  }

  /** Whether there are pages that have not been fetched. */
  get more(): boolean {
    return this.#next !== null;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Fetches the first ones, with one that was asked for before them where it is not among them.
   *
   * Raises: what fetching has failed with. */
  async start(wanted: { picture: T; waits: boolean } | null = null): Promise<void> {
    const [page, count] = await Promise.all([this.#loader.page(null), this.#loader.count()]);
    this.items = page.items.map((picture) => ({ picture, fate: 'waiting' }));
    this.#next = page.next;
    this.left = count;
    this.at = 0;
    if (wanted !== null) this.visit(wanted.picture, wanted.waits);
    this.#changed();
  }

  /** Shows a picture, which comes in before the one that is shown if it is not in the list. */
  visit(picture: T, waits: boolean): void {
    const known = this.items.findIndex((item) => item.picture.id === picture.id);
    if (known === -1) {
      this.items.splice(this.at, 0, { picture, fate: waits ? 'waiting' : 'visited' });
    } else {
      this.at = known;
    }
    this.#changed();
  }

  /** Shows the picture at a place, and sees to it that those after it are here. */
  async show(place: number): Promise<void> {
    this.at = Math.max(0, Math.min(place, this.items.length));
    this.#changed();
    if (this.#next !== null && this.at >= this.items.length - AHEAD) await this.#fetch();
  }

  /** Goes one picture on, whatever became of it. Returns false at the end. */
  async forward(): Promise<boolean> {
    if (this.at + 1 >= this.items.length && this.#next !== null) await this.#fetch();
    if (this.at + 1 >= this.items.length) return false;
    await this.show(this.at + 1);
    return true;
  }

  async back(): Promise<boolean> {
    if (this.at === 0) return false;
    await this.show(this.at - 1);
    return true;
  }

  /** Goes to the next one that waits: after this one, then among those that were skipped. */
  async toNextWaiting(): Promise<boolean> {
    for (;;) {
      const place = this.items.findIndex(({ fate }, at) => at > this.at && fate === 'waiting');
      if (place !== -1) {
        await this.show(place);
        return true;
      }
      if (this.#next === null) break;
      await this.#fetch();
    }
    const skipped = this.items.findIndex(({ fate }) => fate === 'waiting');
    await this.show(skipped === -1 ? this.items.length : skipped);
    return skipped !== -1;
  }

  /** Notes what became of a picture. */
  settle(id: number, fate: Exclude<Fate, 'waiting'>): void {
    const item = this.#find(id);
    if (item === undefined) return;
    if (item.fate === 'waiting') this.#count(-1);
    this.#put(id, fate);
    this.#changed();
  }

  /** Notes that a picture waits again. */
  reopen(id: number): void {
    const item = this.#find(id);
    if (item === undefined || item.fate === 'waiting') return;
    this.#put(id, 'waiting');
    this.#count(1);
    this.#changed();
  }

  fateOf(id: number): Fate | null {
    return this.#find(id)?.fate ?? null;
  }

  placeOf(id: number): number | null {
    const place = this.items.findIndex(({ picture }) => picture.id === id);
    return place === -1 ? null : place;
  }

  /** Asks the server once more from the start, for those that have come since.
   *
   * Call it once nothing is under way: what the server says then holds. Returns how many it has.
   * Raises: what fetching has failed with. */
  async refresh(): Promise<number> {
    const [page, count] = await Promise.all([this.#loader.page(null), this.#loader.count()]);
    this.left = count;
    this.#next = page.next;
    for (const picture of page.items) {
      const item = this.#find(picture.id);
      if (item === undefined) this.items.push({ picture, fate: 'waiting' });
      else this.#put(picture.id, 'waiting');
    }
    this.#changed();
    return count;
  }

  #fetch(): Promise<void> {
    this.#loading ??= this.#fetchOnce().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #fetchOnce(): Promise<void> {
    const page = await this.#loader.page(this.#next);
    this.#next = page.next;
    for (const picture of page.items) {
      // An answer may have changed a picture's certainty, and with it the page that it is on.
      if (this.#find(picture.id) === undefined) this.items.push({ picture, fate: 'waiting' });
    }
    this.#changed();
  }

  #find(id: number): Waiting<T> | undefined {
    return this.items.find(({ picture }) => picture.id === id);
  }

  /** A new object, so that whoever draws the list sees which one has changed. */
  #put(id: number, fate: Fate): void {
    this.items = this.items.map((item) => (item.picture.id === id ? { ...item, fate } : item));
  }

  #count(by: number): void {
    if (this.left !== null) this.left = Math.max(0, this.left + by);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
