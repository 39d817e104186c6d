/** Uploads that are under way: they go on while the person looks at other pages. */
import { transport } from '$lib/api/client';
import { Uploader, type UploadState } from '$lib/widgets/upload/uploader';
import type { Chosen } from './chosen';
import { jobWatch, type JobWatch } from './job-watch.svelte';
import type { Job } from './job';

/** What uploads need of the app. */
export interface UploadSurroundings {
  send: (url: string, init: RequestInit) => Promise<Response>;
  store: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
  jobs: Pick<JobWatch, 'take' | 'now'>;
}

export class Upload {
  state = $state.raw<UploadState | null>(null);
  /** The import that has taken the files over, once all are there. */
  jobId = $state<number | null>(null);
  readonly uploader: Uploader;
  #jobs: UploadSurroundings['jobs'];

  constructor(
    readonly dataset: number,
    readonly chosen: Chosen,
    readonly labelsFromFolders: boolean,
    { send, store, jobs }: UploadSurroundings,
  ) {
    this.#jobs = jobs;
    this.uploader = new Uploader({
      dataset: String(dataset),
      send,
      store,
      meaning: { labels_from_folders: labelsFromFolders },
    });
    this.uploader.subscribe((state) => {
      this.state = state;
      if (state.doing === 'finished' && this.jobId === null) this.#takeJob(state.job);
    });
  }

  /** Whether it is sending, or waits to send on by itself. */
  get active(): boolean {
    return ['preparing', 'sending', 'paused'].includes(this.state?.doing ?? '');
  }

  start(): Promise<void> {
    return this.uploader.start(this.chosen.files);
  }

  /** Goes on after a stop. */
  goOn(): Promise<void> {
    return this.start();
  }

  #takeJob(job: unknown): void {
    if (typeof job !== 'object' || job === null || !('id' in job)) return;
    this.jobId = (job as Job).id;
    this.#jobs.take(job as Job);
    this.#jobs.now();
  }
}

export class Uploads {
  #items = $state.raw<Upload[]>([]);
  #surroundings: UploadSurroundings;

  constructor(
    surroundings: UploadSurroundings,
    page: Pick<EventTarget, 'addEventListener'> = globalThis,
  ) {
    this.#surroundings = surroundings;
    // What is being sent would stop with the page.
    page.addEventListener?.('beforeunload', (event) => {
      if (this.active > 0) event.preventDefault();
    });
  }

  get active(): number {
    return this.#items.filter((upload) => upload.active).length;
  }

  /** The upload of a dataset that was begun last. */
  of(dataset: number): Upload | undefined {
    return this.#items.findLast((upload) => upload.dataset === dataset);
  }

  begin(dataset: number, chosen: Chosen, labelsFromFolders: boolean): Upload {
    const upload = new Upload(dataset, chosen, labelsFromFolders, this.#surroundings);
    this.#items = [...this.#items.filter((other) => other.dataset !== dataset), upload];
    void upload.start();
    return upload;
  }

  forget(dataset: number): void {
    this.#items = this.#items.filter((upload) => upload.dataset !== dataset);
  }
}

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    // A browser that refuses storage throws at the very name.
    return null;
  }
}

export const uploads = new Uploads({
  send: (url, init) => transport.send(url, init),
  store: storage(),
  jobs: jobWatch,
});
