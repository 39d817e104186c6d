/** Files on their way to the server: several at a time, in pieces, again and again until they are
 * there, and from where they stopped when the page was closed in between. */
import type { ChosenFile } from './chosen-files';

export interface UploadState {
  /** `paused`: the server cannot be reached, the next try follows by itself. `incomplete`: all is
   * sent but for files that the server refused. `finished`: the server has begun to work on them, see `job`. */
  doing:
    | 'resting'
    | 'preparing'
    | 'sending'
    | 'paused'
    | 'incomplete'
    | 'finished'
    | 'stopped'
    | 'failed';
  files: number;
  filesDone: number;
  bytes: number;
  bytesDone: number;
  /** Whether this goes on from an upload that was begun earlier. */
  resumed: boolean;
  refused: { name: string; message: string }[];
  /** Why all of it stopped, or why it is paused. */
  reason: string | null;
  /** What the server says of the work it has begun on the files. */
  job: unknown;
}

interface Failure extends Error {
  status?: number;
  code?: string;
  passing?: boolean;
  details?: unknown;
}

interface Entry {
  number: number;
  name: string;
  size: number;
  received: number;
}

interface Answer {
  id: string | number;
  files: Entry[];
}

export interface UploaderOptions {
  dataset: string;
  /** Sends a request and throws what `ApiError` is where it fails: `transport.send`. */
  send: (url: string, init: RequestInit) => Promise<Response>;
  /** Remembers which uploads have been begun; `localStorage`, or null for none. */
  store?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  /** How the files are meant, which the last request says. */
  meaning?: Record<string, unknown>;
  parallel?: number;
  /** Bytes in one request. */
  piece?: number;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

export class Uploader {
  #options: Required<UploaderOptions>;
  #state: UploadState = emptyState();
  #listeners = new Set<(state: UploadState) => void>();
  #stopping = new AbortController();
  #id: string | null = null;
  #blobs = new Map<string, Blob>();
  #todo: Entry[] = [];
  #refused: Entry[] = [];
  #paused = 0;

  constructor(options: UploaderOptions) {
    const usual = { store: null, meaning: {}, parallel: 4, piece: 8 * 1024 * 1024, wait };
    this.#options = { ...usual, ...options };
  }

  get state(): UploadState {
    return this.#state;
  }

  /** A Svelte store: calls back now and after each change. */
  subscribe(listener: (state: UploadState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** Sends files, and begins the server's work on them once all are there. The promise is
   * fulfilled when there is nothing more to do, whatever the outcome: look at `state`.
   *
   * The same files chosen again after a reload go on where they stopped. */
  async start(files: readonly ChosenFile[]): Promise<void> {
    if (['preparing', 'sending', 'paused'].includes(this.#state.doing)) {
      throw new Error('This uploader is at work. Make another one, or stop this one first.');
    }
    this.#stopping = new AbortController();
    this.#blobs = new Map(files.map(({ name, file }) => [name, file]));
    this.#state = emptyState();
    this.#set({ doing: 'preparing' });
    try {
      const { answer, resumed } = await this.#begin();
      this.#id = String(answer.id);
      this.#remember(this.#id);
      this.#todo = answer.files.filter(({ received, size }) => received < size);
      this.#refused = [];
      this.#set({
        doing: 'sending',
        resumed,
        files: answer.files.length,
        filesDone: answer.files.length - this.#todo.length,
        bytes: sum(answer.files.map(({ size }) => size)),
        bytesDone: sum(answer.files.map(({ received }) => received)),
      });
      await this.#sendAll();
    } catch (cause) {
      this.#end(cause as Failure);
    }
  }

  /** Tries the refused files once more. */
  async retryRefused(): Promise<void> {
    if (this.#state.doing !== 'incomplete') return;
    this.#todo = this.#refused;
    this.#refused = [];
    this.#set({ doing: 'sending', refused: [] });
    try {
      await this.#sendAll();
    } catch (cause) {
      this.#end(cause as Failure);
    }
  }

  /** Goes on without the refused files. */
  async leaveOutRefused(): Promise<void> {
    if (this.#state.doing !== 'incomplete') return;
    this.#set({ doing: 'sending' });
    try {
      await this.#finish(this.#refused.map(({ number }) => number));
    } catch (cause) {
      this.#end(cause as Failure);
    }
  }

  /** Stops; the server keeps what it has, so that the same files can go on later. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Goes on with an upload of the very same files, or begins one. */
  async #begin(): Promise<{ answer: Answer; resumed: boolean }> {
    const wanted = fingerprint([...this.#blobs].map(([name, { size }]) => ({ name, size })));
    const known = this.#options.store?.getItem(this.#key) ?? null;
    if (known !== null) {
      try {
        const answer = (await this.#request(`/api/uploads/${known}`, { method: 'GET' })) as Answer;
        if (fingerprint(answer.files) === wanted) return { answer, resumed: true };
      } catch (cause) {
        const { status } = cause as Failure;
        if (status !== 404 && status !== 410 && status !== 409) throw cause;
        this.#forget();
      }
    }
    const files = [...this.#blobs].map(([name, { size }]) => ({ name, size }));
    const dataset = encodeURIComponent(this.#options.dataset);
    const answer = (await this.#request(`/api/datasets/${dataset}/uploads`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ files }),
    })) as Answer;
    return { answer, resumed: false };
  }

  async #sendAll(): Promise<void> {
    const lanes = Array.from({ length: this.#options.parallel }, async () => {
      for (let entry = this.#todo.shift(); entry; entry = this.#todo.shift()) {
        await this.#sendFile(entry);
      }
    });
    try {
      await Promise.all(lanes);
    } catch (cause) {
      // One lane has met an error that stops all: the others must not go on behind its back.
      this.#todo = [];
      this.#stopping.abort();
      await Promise.allSettled(lanes);
      throw cause;
    }
    if (this.#refused.length > 0) this.#set({ doing: 'incomplete' });
    else await this.#finish();
  }

  async #finish(without: readonly number[] = []): Promise<void> {
    const job = await this.#request(`/api/uploads/${this.#id}/finish`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...this.#options.meaning, without }),
    });
    this.#forget();
    const files = this.#state.files - without.length;
    this.#set({ doing: 'finished', files, refused: [], job, reason: null });
  }

  async #sendFile(entry: Entry): Promise<void> {
    const blob = this.#blobs.get(entry.name) as Blob;
    let standstills = 0;
    while (entry.received < entry.size) {
      let received: number;
      try {
        const piece = await readPiece(blob, entry.received, this.#options.piece);
        const url = `/api/uploads/${this.#id}/files/${entry.number}?offset=${entry.received}`;
        const body = (await this.#request(url, {
          method: 'PUT',
          headers: { 'Content-Type': 'application/octet-stream' },
          body: piece,
        })) as { received: number };
        received = body.received;
      } catch (cause) {
        const failure = cause as Failure;
        const known = failure.code === 'wrong_offset' ? receivedOf(failure.details) : null;
        if (known === null) {
          if (stopsAll(failure)) throw failure;
          this.#refuse(entry, failure.message);
          return;
        }
        received = known;
      }
      standstills = received > entry.received ? 0 : standstills + 1;
      if (standstills > 5) {
        this.#refuse(
          entry,
          'The server and the browser do not agree on how much of it has arrived.',
        );
        return;
      }
      this.#set({ bytesDone: this.#state.bytesDone + received - entry.received });
      entry.received = received;
    }
    this.#set({ filesDone: this.#state.filesDone + 1 });
  }

  /** Sends a request until it is answered; only errors that would come again are thrown. */
  async #request(url: string, init: RequestInit): Promise<unknown> {
    const { signal } = this.#stopping;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      signal.throwIfAborted();
      try {
        const response = await this.#options.send(url, { ...init, signal });
        return (await response.json()) as unknown;
      } catch (cause) {
        const failure = cause as Failure;
        if (signal.aborted || failure.passing !== true) throw failure;
        const before = this.#state.doing;
        this.#paused++;
        this.#set({ doing: 'paused', reason: failure.message });
        await this.#options.wait(pause, signal);
        if (--this.#paused === 0) {
          this.#set({ doing: before === 'paused' ? 'sending' : before, reason: null });
        }
      }
    }
  }

  #refuse(entry: Entry, message: string): void {
    this.#refused.push(entry);
    this.#set({ refused: [...this.#state.refused, { name: entry.name, message }] });
  }

  #end(failure: Failure): void {
    this.#paused = 0;
    const stopped = failure.name === 'AbortError' || failure.code === 'aborted';
    this.#set({ doing: stopped ? 'stopped' : 'failed', reason: stopped ? null : failure.message });
  }

  get #key(): string {
    return `fieldguide.upload.${this.#options.dataset}`;
  }

  #remember(id: string): void {
    try {
      this.#options.store?.setItem(this.#key, id);
    } catch {
      // Without storage an upload goes on for as long as the page lives, and no longer.
    }
  }

  #forget(): void {
    this.#options.store?.removeItem(this.#key);
  }

  #set(change: Partial<UploadState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

/** Reads before sending: a file that has changed on the disk is then told from a lost network. */
async function readPiece(blob: Blob, start: number, length: number): Promise<ArrayBuffer> {
  try {
    return await blob.slice(start, start + length).arrayBuffer();
  } catch (cause) {
    throw Object.assign(
      new Error('It cannot be read any more. Was it moved or changed since it was chosen?', {
        cause,
      }),
      { code: 'unreadable' },
    );
  }
}

/** Whether an error concerns the whole upload and not this one file. */
function stopsAll({ status, code, name }: Failure): boolean {
  if (code === 'unreadable') return false;
  if (name === 'AbortError' || code === 'aborted') return true;
  return (
    status === undefined || status === 401 || status === 403 || status === 404 || status === 410
  );
}

function receivedOf(details: unknown): number | null {
  if (typeof details !== 'object' || details === null || !('received' in details)) return null;
  return typeof details.received === 'number' ? details.received : null;
}

function fingerprint(files: readonly { name: string; size: number }[]): string {
  return JSON.stringify(files.map(({ name, size }) => `${name}\0${size}`).sort());
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

function emptyState(): UploadState {
  return {
    doing: 'resting',
    files: 0,
    filesDone: 0,
    bytes: 0,
    bytesDone: 0,
    resumed: false,
    refused: [],
    reason: null,
    job: null,
  };
}
