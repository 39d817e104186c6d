import { describe, expect, it } from 'vitest';
import { sortOut } from './chosen';
import type { Job } from './job';
import { Uploads, type UploadSurroundings } from './uploads.svelte';

const chosen = (...names: string[]) =>
  sortOut(names.map((name) => ({ name, file: new Blob([name]) })));

/** A server that takes every file whole; `hold` keeps the pieces waiting. */
function site({ hold = null as Promise<void> | null } = {}) {
  const finished: unknown[] = [];
  const taken: number[] = [];
  const surroundings: UploadSurroundings = {
    store: null,
    send: async (url, init) => {
      init.signal?.throwIfAborted();
      if (url.endsWith('/finish')) {
        finished.push(JSON.parse(init.body as string));
        return Response.json({ id: 40 + finished.length, state: 'queued' });
      }
      if (init.method === 'PUT') {
        await hold;
        init.signal?.throwIfAborted();
        return Response.json({ received: (init.body as ArrayBuffer).byteLength });
      }
      const { files } = JSON.parse(init.body as string) as {
        files: { name: string; size: number }[];
      };
      const described = files.map((file, number) => ({ ...file, number, received: 0 }));
      return Response.json({ id: 'u', files: described });
    },
    jobs: { take: ({ id }: Job) => void taken.push(id), now: () => undefined },
  };
  const page = new EventTarget();
  return { uploads: new Uploads(surroundings, page), finished, taken, page };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve));
}

describe('Uploads', () => {
  it.each([true, false])(
    'says with the last request whether folders are classes: %s',
    async (on) => {
      const { uploads, finished, taken } = site();
      const upload = uploads.begin(3, chosen('a/1.jpg', 'b/1.jpg'), on);
      expect(upload.active).toBe(true);
      await until(() => upload.state?.doing === 'finished');
      expect(finished).toEqual([{ labels_from_folders: on, without: [] }]);
      expect(upload.jobId).toBe(41);
      expect(taken).toEqual([41]);
      expect(uploads.active).toBe(0);
    },
  );

  it('has one upload for each dataset', async () => {
    const { uploads } = site();
    const first = uploads.begin(3, chosen('a.jpg'), false);
    const other = uploads.begin(4, chosen('b.jpg'), false);
    const second = uploads.begin(3, chosen('c.jpg'), false);
    expect(uploads.of(3)).toBe(second);
    expect(uploads.of(4)).toBe(other);
    uploads.forget(3);
    expect(uploads.of(3)).toBeUndefined();
    await until(() => [first, other, second].every(({ active }) => !active));
  });

  it('goes on after a stop, and keeps the window open while it sends', async () => {
    let go = () => undefined as void;
    const hold = new Promise<void>((resolve) => (go = resolve));
    const { uploads, page } = site({ hold });
    const leaves = () => page.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    const upload = uploads.begin(3, chosen('a.jpg'), false);
    expect(uploads.active).toBe(1);
    expect(leaves()).toBe(false);
    await until(() => upload.state?.doing === 'sending');
    upload.uploader.stop();
    go();
    await until(() => upload.state?.doing === 'stopped');
    expect(leaves()).toBe(true);
    await upload.goOn();
    expect(upload.state?.doing).toBe('finished');
  });
});
