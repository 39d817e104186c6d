/** What was said and is not yet safe: writes go from here into the queue that outlives the page,
 * in their order. Where the browser cannot keep one, it stays here, and all that follow behind it,
 * until it can: nothing is dropped, and nothing overtakes. */
import type { Write } from '$lib/widgets/offline/queue';

export interface OutboxState {
  /** How many writes would be lost if the page were closed now. */
  unkept: number;
  /** Why the oldest of them could not be kept, in words for people. */
  reason: string | null;
}

export interface OutboxOptions {
  /** Fulfilled once the write outlives the page. */
  keep: (write: Write) => Promise<unknown>;
  setTimer?: (ms: number, then: () => void) => () => void;
}

const PAUSE = 3000;

export class Outbox {
  #keep: (write: Write) => Promise<unknown>;
  #setTimer: (ms: number, then: () => void) => () => void;
  #writes: Write[] = [];
  #state: OutboxState = { unkept: 0, reason: null };
  #listeners = new Set<(state: OutboxState) => void>();
  #working: Promise<void> | null = null;
  #cancel: (() => void) | null = null;

  constructor({
    keep,
    setTimer = (ms, then) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
  }: OutboxOptions) {
    this.#keep = keep;
    this.#setTimer = setTimer;
  }

  get state(): OutboxState {
    return this.#state;
  }

  /** A Svelte store: calls back now and after each change. */
  subscribe(listener: (state: OutboxState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a write, which from now on is held until the browser has kept it. One that takes back
   * another which waits here still goes away together with it. */
  put(write: Write): void {
    const undone = this.#writes.findIndex(
      ({ id }, at) => id !== undefined && id === write.undoes && !(at === 0 && this.#working),
    );
    if (undone === -1) this.#writes.push(write);
    else this.#writes.splice(undone, 1);
    this.#tell(this.#state.reason);
    this.retry();
  }

  /** Tries at once to keep what waits here. */
  retry(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      // One that came just as the work ended; after a failure the timer sees to it.
      if (this.#writes.length > 0 && this.#cancel === null) this.retry();
    });
  }

  /** Waits until nothing more is being tried for now. */
  async settled(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  async #work(): Promise<void> {
    for (let write = this.#writes[0]; write !== undefined; write = this.#writes[0]) {
      try {
        await this.#keep(write);
      } catch (cause) {
        this.#tell(cause instanceof Error ? cause.message : String(cause));
        this.#cancel?.();
        this.#cancel = this.#setTimer(PAUSE, () => this.retry());
        return;
      }
      this.#writes.shift();
      this.#tell(null);
    }
  }

  #tell(reason: string | null): void {
    this.#state = { unkept: this.#writes.length, reason };
    for (const listener of this.#listeners) listener(this.#state);
  }
}
