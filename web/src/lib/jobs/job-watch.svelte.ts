/** The jobs that the person may see, kept up to date for the whole app. */
import { answer, api } from '$lib/api/client';
import { listenTo } from '$lib/widgets/events/event-stream';
import { merged, moves, type Deed, type Job } from './job';
import { poll } from './poll';

const PAGE = 50;

interface Page {
  items: Job[];
  next: number | null;
  has_worker: boolean;
}

/** The server's part. Each of the calls raises ApiError. */
export interface JobCalls {
  list: (after?: number) => Promise<Page>;
  steer: (id: number, deed: Deed) => Promise<Job>;
  /** Tells of each job that changes, and whether it still does. Returns what ends it. */
  listen: (onJob: (job: Job) => void, onOpen: (open: boolean) => void) => () => void;
}

const server: JobCalls = {
  list: (after) => answer(api.GET('/api/jobs', { params: { query: { after, limit: PAGE } } })),
  steer: (id, deed) => {
    const params = { path: { job_id: id } };
    const calls = {
      pause: () => api.POST('/api/jobs/{job_id}/pause', { params }),
      resume: () => api.POST('/api/jobs/{job_id}/resume', { params }),
      cancel: () => api.POST('/api/jobs/{job_id}/cancel', { params }),
      retry: () => api.POST('/api/jobs/{job_id}/retry', { params }),
    };
    return answer<Job>(calls[deed]());
  },
  listen: (onJob, onOpen) =>
    listenTo<Job>('/api/events', {
      events: ['job'],
      onEvent: (job, name) => {
        if (name === 'job') onJob(job);
      },
      onState: (state) => onOpen(state === 'open'),
    }),
};

export class JobWatch {
  /** Newest first; null until they have been fetched. */
  jobs = $state.raw<Job[] | null>(null);
  /** Whether there are older ones that have not been fetched. */
  more = $state(false);
  /** False where nothing takes jobs up: they then wait. */
  hasWorker = $state(true);
  /** Why they cannot be fetched right now. */
  error = $state<string | null>(null);
  #next: number | null = null;
  /** Whether the server tells us by itself what changes. */
  #told = false;
  #poll: { now: () => void; stop: () => void } | null = null;
  #listeners = new Set<(job: Job) => void>();
  #calls: JobCalls;

  constructor(calls: JobCalls = server) {
    this.#calls = calls;
  }

  /** How many go on by themselves. */
  get moving(): number {
    return this.jobs?.filter(moves).length ?? 0;
  }

  find(id: number): Job | undefined {
    return this.jobs?.find((job) => job.id === id);
  }

  /** Watches from now on: the server tells what changes, and where its stream is broken we ask.
   * Returns what ends it. */
  start(): () => void {
    this.#poll = poll({ ask: () => this.#ask() });
    const endStream = this.#calls.listen(
      (job) => this.take(job),
      (open) => {
        const changed = open !== this.#told;
        this.#told = open;
        // What happened while nobody told us is asked for once.
        if (changed) this.now();
      },
    );
    return () => {
      endStream();
      this.#poll?.stop();
      this.#poll = null;
      this.#told = false;
      this.jobs = null;
    };
  }

  /** Calls back when a job has come to its end while we watched. Returns what ends it. */
  onEnd(listener: (job: Job) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks at once: something has changed. */
  now(): void {
    this.#poll?.now();
  }

  /** Fetches older ones. Raises: ApiError. */
  async loadMore(): Promise<void> {
    if (this.#next === null) return;
    const page = await this.#calls.list(this.#next);
    this.#next = page.next;
    this.more = page.next !== null;
    this.jobs = merged(page.items, this.jobs ?? []);
  }

  /** Does something about a job. Raises: ApiError, with the words for the person. */
  async steer(id: number, deed: Deed): Promise<void> {
    this.take(await this.#calls.steer(id, deed));
    this.now();
  }

  /** Takes a job as it was just told. */
  take(job: Job): void {
    const was = this.find(job.id);
    this.jobs = merged(this.jobs ?? [], [job]);
    if (was && moves(was) && !moves(job)) for (const tell of this.#listeners) tell(job);
  }

  async #ask(): Promise<boolean> {
    try {
      const page = await this.#calls.list();
      this.error = null;
      const before = this.jobs;
      if (before === null) {
        this.#next = page.next;
        this.more = page.next !== null;
      }
      this.hasWorker = page.has_worker;
      if (before === null) this.jobs = page.items;
      else for (const job of page.items) this.take(job);
      return !this.#told && page.items.some(moves);
    } catch (error) {
      // The next try follows by itself; what is shown stays.
      this.error = (error as Error).message;
      return false;
    }
  }
}

export const jobWatch = new JobWatch();
