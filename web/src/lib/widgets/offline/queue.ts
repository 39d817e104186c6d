/** Writes that wait for the server: kept in the browser, sent one after the other in the order in
 * which they were given, each once, over lost networks, restarts and reloads. */
import { WriteStore, type Refused, type Remains, type Waiting, type Write } from './store';

export type { Refused, Waiting, Write } from './store';

export interface QueueState {
  /** How many writes the server does not have yet. */
  waiting: number;
  /** Those that it refused for good: they are kept until somebody looks at them. */
  refused: Refused[];
  /** `resting`: nothing to send. `paused`: the last try failed, the next follows by itself.
   * `signed-out`: goes on when `wake` is called after a sign-in. `elsewhere`: another window sends. */
  doing: 'resting' | 'sending' | 'paused' | 'signed-out' | 'elsewhere';
  /** Why the last try failed, while paused. */
  reason: string | null;
}

/** What a failed delivery tells: ApiError has these. */
interface Failure {
  status?: number;
  code?: string;
  message?: string;
  details?: unknown;
  /** True where the same write may succeed later. */
  passing?: boolean;
}

export interface OfflineQueueOptions {
  /** Whose writes these are: those of one person are never sent in the name of another. */
  owner: string;
  /** Sends one write; throws what `ApiError` is where it could not. */
  deliver: (write: Waiting, signal: AbortSignal) => Promise<unknown>;
  /** What is still to be taken back of a write that was refused; nothing, unless told otherwise. */
  remains?: Remains;
  newKey: () => string;
  factory?: IDBFactory;
  setTimer?: (ms: number, then: () => void) => () => void;
  now?: () => number;
  /** How long one try may take, ms. */
  patience?: number;
}

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

export class OfflineQueue {
  #options: Required<Omit<OfflineQueueOptions, 'factory'>>;
  #store: WriteStore;
  #name: string;
  #window: string;
  #state: QueueState = { waiting: 0, refused: [], doing: 'resting', reason: null };
  #listeners = new Set<(state: QueueState) => void>();
  #channel: BroadcastChannel | null = null;
  #cancelTimer: (() => void) | null = null;
  #pause = FIRST_PAUSE;
  #started = false;
  #running: Promise<void> | null = null;
  #again = false;
  #stopping = new AbortController();

  constructor({ factory, ...options }: OfflineQueueOptions) {
    this.#options = {
      setTimer: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      now: () => Date.now(),
      patience: 30_000,
      remains: () => null,
      ...options,
    };
    this.#name = `fieldguide-writes-${options.owner}`;
    this.#store = new WriteStore(this.#name, factory);
    this.#window = options.newKey();
  }

  get state(): QueueState {
    return this.#state;
  }

  /** A Svelte store: calls back now and after each change. */
  subscribe(listener: (state: QueueState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** Begins to send, with what is left from before the reload. */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    this.#stopping = new AbortController();
    if (typeof BroadcastChannel !== 'undefined') {
      this.#channel = new BroadcastChannel(this.#name);
      this.#channel.onmessage = () => void this.#count();
    }
    globalThis.addEventListener?.('online', this.#online);
    globalThis.addEventListener?.('pagehide', this.#leaving);
    try {
      await this.#count();
    } catch (cause) {
      this.#end();
      throw cause;
    }
    this.wake();
  }

  /** Ends sending; what waits stays. */
  async stop(): Promise<void> {
    this.#end();
    await this.#running;
    await this.#store.release(this.#window);
    await this.#store.close();
  }

  #end(): void {
    this.#started = false;
    this.#stopping.abort();
    this.#cancelTimer?.();
    globalThis.removeEventListener?.('online', this.#online);
    globalThis.removeEventListener?.('pagehide', this.#leaving);
    this.#channel?.close();
    this.#channel = null;
  }

  /** Takes a write. Once the promise is fulfilled the write outlives the page; it may not have
   * been sent yet. Returns its key.
   *
   * One that takes back a write which surely was never sent is not sent either: both go away. */
  async add(write: Write): Promise<string> {
    const { newKey, now, remains } = this.#options;
    const key = newKey();
    await this.#store.add({ ...write, key, at: now() }, remains);
    await this.#count();
    this.#tellOthers();
    // A pause after a failure goes on: a new write does not make the server come back.
    if (this.#state.doing !== 'paused' && this.#state.doing !== 'signed-out') this.wake();
    return key;
  }

  /** Tries at once: after a sign-in, or when somebody asks for it. */
  wake(): void {
    if (!this.#started) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#pause = FIRST_PAUSE;
    this.#go();
  }

  /** Sends a refused write once more, before those that wait. */
  async retry(number: number): Promise<void> {
    if (await this.#store.putBack(number)) this.wake();
    await this.#count();
    this.#tellOthers();
  }

  /** Gives a refused write up. */
  async discard(number: number): Promise<void> {
    await this.#store.discard(number);
    await this.#count();
    this.#tellOthers();
  }

  /** Waits until this window has nothing more to do for now. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #online = () => this.wake();

  /** The page that comes next sends on at once. What is under way may arrive twice, under its key. */
  #leaving = () => void this.#store.letGo(this.#window).catch(() => undefined);

  #go(): void {
    if (this.#running !== null) {
      this.#again = true;
      return;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#again && this.#started) {
        this.#again = false;
        this.#go();
      }
    });
  }

  async #run(): Promise<void> {
    const { now, patience } = this.#options;
    while (this.#started) {
      this.#again = false;
      const time = now();
      if (!(await this.#store.lease(this.#window, time, time + patience * 1.5))) {
        this.#set({ doing: 'elsewhere', reason: null });
        this.#later(patience / 2);
        return;
      }
      const write = await this.#store.next();
      if (write === null) {
        await this.#store.release(this.#window);
        this.#set({ doing: 'resting', reason: null });
        if (this.#again) continue;
        return;
      }
      this.#set({ doing: 'sending', reason: null });
      if (!(await this.#send(write))) return;
    }
  }

  /** Sends one write. Returns whether the next may follow at once. */
  async #send(write: Waiting): Promise<boolean> {
    try {
      await this.#tryOnce(write);
    } catch (cause) {
      if (this.#stopping.signal.aborted) return false;
      return this.#failed(write, cause as Failure);
    }
    await this.#store.remove(write.number);
    this.#pause = FIRST_PAUSE;
    await this.#count();
    this.#tellOthers();
    return true;
  }

  async #tryOnce(write: Waiting): Promise<unknown> {
    const { deliver, patience, setTimer } = this.#options;
    const controller = new AbortController();
    const stop = () => controller.abort();
    this.#stopping.signal.addEventListener('abort', stop);
    const cancel = setTimer(patience, stop);
    try {
      return await deliver(write, controller.signal);
    } catch (cause) {
      if (!controller.signal.aborted) throw cause;
      throw { passing: true, message: 'The server did not answer in time.' } satisfies Failure;
    } finally {
      cancel();
      this.#stopping.signal.removeEventListener('abort', stop);
    }
  }

  async #failed(write: Waiting, failure: Failure): Promise<boolean> {
    const message = failure.message ?? String(failure);
    if (failure.status === 401) {
      await this.#store.release(this.#window);
      this.#set({ doing: 'signed-out', reason: message });
      return false;
    }
    if (failure.passing === true) {
      await this.#store.release(this.#window);
      // A write that was given during the try waits for the pause like the others.
      this.#again = false;
      this.#set({ doing: 'paused', reason: message });
      // Spread out, so that many browsers do not all come back in the same second.
      this.#later(this.#pause * (0.75 + 0.5 * Math.random()));
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
      return false;
    }
    const { status = 0, code = 'unknown', details } = failure;
    await this.#store.setAside({ ...write, status, code, message, details }, this.#options.remains);
    await this.#count();
    this.#tellOthers();
    return true;
  }

  #later(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.setTimer(ms, () => {
      this.#cancelTimer = null;
      this.#go();
    });
  }

  async #count(): Promise<void> {
    const [waiting, refused] = await Promise.all([this.#store.count(), this.#store.refused()]);
    this.#set({ waiting, refused });
  }

  #tellOthers(): void {
    this.#channel?.postMessage('changed');
  }

  #set(change: Partial<QueueState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }
}
