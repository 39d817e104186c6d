/** One search for similar pictures after the other: what was asked, and what came of it. */
import { ApiError } from '$lib/api/client';
import { NOT_EMBEDDED, server, type SimilarCalls, type SimilarPictures } from './requests';

/** What others are compared with: a picture of the dataset, or a file. */
export type Asked = { kind: 'picture'; id: number } | { kind: 'file'; dataset: number; file: Blob };

/** unprepared: the vectors are not computed that it takes. */
export type SearchState = 'idle' | 'searching' | 'found' | 'unprepared' | 'failed';

export class SimilarSearch {
  state = $state<SearchState>('idle');
  /** What was found; it stays while the next search goes on. */
  found = $state.raw<SimilarPictures | null>(null);
  error = $state<string | null>(null);
  #calls: SimilarCalls;
  #running: AbortController | null = null;

  constructor(calls: SimilarCalls = server) {
    this.#calls = calls;
  }

  /** Searches; a search that was still under way is called off. */
  async ask(asked: Asked, { question, limit }: { question?: number; limit: number }) {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    this.state = 'searching';
    this.error = null;
    const wish = { question, limit, signal: running.signal };
    try {
      const found = await (asked.kind === 'picture'
        ? this.#calls.similarTo(asked.id, wish)
        : this.#calls.similarToFile(asked.dataset, asked.file, wish));
      if (this.#running !== running) return;
      this.found = found;
      this.state = found.compared === 0 && found.missing > 0 ? 'unprepared' : 'found';
    } catch (cause) {
      if (this.#running !== running) return;
      this.found = null;
      this.state = isUnprepared(cause) ? 'unprepared' : 'failed';
      this.error = (cause as Error).message;
    }
  }

  /** Calls off what is under way. */
  stop(): void {
    this.#running?.abort();
    this.#running = null;
  }

  /** Nothing is asked any more. */
  clear(): void {
    this.stop();
    this.state = 'idle';
    this.found = null;
    this.error = null;
  }
}

const isUnprepared = (cause: unknown): boolean =>
  cause instanceof ApiError && cause.code === NOT_EMBEDDED;
