import { describe, expect, it } from 'vitest';
import { ApiError } from '$lib/api/errors';
import { JobWatch, type JobCalls } from './job-watch.svelte';
import type { Job } from './job';

const job = (id: number, state: Job['state'] = 'running'): Job =>
  ({ id, state, wanted: 'run' }) as Job;

/** A server with jobs, numbered from 1, of which a page holds two. */
function serverOf(jobs: Job[]) {
  const server = {
    jobs,
    worker: true,
    away: false,
    asked: 0,
    /** What the stream tells; ended by the watch. */
    tell: (_: Job): void => undefined,
    open: (_: boolean): void => undefined,
    ended: false,
  };
  const calls: JobCalls = {
    list: async (after = Infinity) => {
      server.asked++;
      if (server.away) throw new ApiError(0, 'unreachable', 'The server cannot be reached.');
      const older = server.jobs.filter(({ id }) => id < after).sort((a, b) => b.id - a.id);
      const items = older.slice(0, 2);
      const next = older.length > 2 ? (items[1]?.id ?? null) : null;
      return { items, next, has_worker: server.worker };
    },
    steer: async (id, deed) => {
      const steered = job(id, deed === 'cancel' ? 'cancelled' : 'running');
      server.jobs = server.jobs.map((one) => (one.id === id ? steered : one));
      return steered;
    },
    listen: (onJob, onOpen) => {
      server.tell = onJob;
      server.open = onOpen;
      return () => void (server.ended = true);
    },
  };
  return { server, calls };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

async function watching(jobs: Job[]) {
  const { server, calls } = serverOf(jobs);
  const watch = new JobWatch(calls);
  const end = watch.start();
  await settled();
  return { server, watch, end };
}

const ids = ({ jobs }: JobWatch) => jobs?.map(({ id }) => id);

describe('JobWatch', () => {
  it('fetches the newest ones, and older ones when they are wanted', async () => {
    const { watch, end } = await watching([job(1, 'done'), job(2), job(3, 'queued')]);
    expect(ids(watch)).toEqual([3, 2]);
    expect(watch).toMatchObject({ moving: 2, more: true, error: null });
    await watch.loadMore();
    expect(ids(watch)).toEqual([3, 2, 1]);
    expect(watch.more).toBe(false);
    await watch.loadMore();
    expect(ids(watch)).toEqual([3, 2, 1]);
    end();
  });

  it('tells once that a job has ended, and not of one that had ended before', async () => {
    const { server, watch, end } = await watching([job(1, 'done'), job(2)]);
    const ended: number[] = [];
    const stop = watch.onEnd(({ id }) => ended.push(id));
    server.tell(job(1, 'done'));
    server.tell(job(2, 'running'));
    expect(ended).toEqual([]);
    server.tell(job(2, 'done'));
    server.tell(job(2, 'done'));
    expect(ended).toEqual([2]);
    expect(watch.moving).toBe(0);
    server.tell(job(3));
    stop();
    server.tell(job(3, 'failed'));
    expect(ended).toEqual([2]);
    end();
  });

  it('asks once when the stream begins or breaks, for what happened in between', async () => {
    const { server, watch, end } = await watching([job(1)]);
    const before = server.asked;
    server.open(true);
    await settled();
    server.open(true);
    await settled();
    expect(server.asked).toBe(before + 1);
    server.jobs = [job(1, 'done'), job(2)];
    server.open(false);
    await settled();
    expect(server.asked).toBe(before + 2);
    expect(ids(watch)).toEqual([2, 1]);
    end();
  });

  it('keeps what it shows while the server is away, and says why', async () => {
    const { server, watch, end } = await watching([job(1)]);
    server.away = true;
    watch.now();
    await settled();
    expect(ids(watch)).toEqual([1]);
    expect(watch.error).toBe('The server cannot be reached.');
    server.away = false;
    server.worker = false;
    watch.now();
    await settled();
    expect(watch).toMatchObject({ error: null, hasWorker: false });
    end();
  });

  it('takes what a deed has made of a job', async () => {
    const { watch, end } = await watching([job(1)]);
    await watch.steer(1, 'cancel');
    expect(watch.find(1)?.state).toBe('cancelled');
    end();
  });

  it('forgets all when it ends', async () => {
    const { server, watch, end } = await watching([job(1)]);
    end();
    expect(server.ended).toBe(true);
    expect(watch.jobs).toBeNull();
    const before = server.asked;
    watch.now();
    await settled();
    expect(server.asked).toBe(before);
  });
});
