/** Jobs as the API tells of them, and what can be done about each. */
import type { components } from '$lib/api/schema';

export type Job = components['schemas']['JobShape'];
export type JobState = Job['state'];
export type Deed = 'pause' | 'resume' | 'cancel' | 'retry';

export const DEED_TITLES: Record<Deed, string> = {
  pause: 'Pause',
  resume: 'Go on',
  cancel: 'Cancel',
  retry: 'Try again',
};

/** Whether something will still happen to it by itself. */
export const moves = ({ state }: Job): boolean => state === 'queued' || state === 'running';

/** What can be done about a job as it stands; nothing while it is about to stop. */
export function deedsOf(job: Job): Deed[] {
  if (job.wanted !== 'run') return job.wanted === 'pause' ? ['cancel'] : [];
  switch (job.state) {
    case 'queued':
    case 'running':
      return ['pause', 'cancel'];
    case 'paused':
      return ['resume', 'cancel'];
    case 'failed':
    case 'cancelled':
      return ['retry'];
    case 'done':
      return [];
  }
}

/** Its state in a word, with what was asked of it. */
export function stateText(job: Job): string {
  if (job.wanted === 'pause') return 'Pausing';
  if (job.wanted === 'cancel') return 'Cancelling';
  const words: Record<JobState, string> = {
    queued: 'Waiting',
    running: 'Running',
    paused: 'Paused',
    cancelled: 'Cancelled',
    failed: 'Failed',
    done: 'Done',
  };
  return words[job.state];
}

export function toneOf({ state }: Job): 'neutral' | 'info' | 'warn' | 'danger' | 'good' {
  if (state === 'running') return 'info';
  if (state === 'paused') return 'warn';
  if (state === 'failed') return 'danger';
  return state === 'done' ? 'good' : 'neutral';
}

/** `1,200 of 2,000 pictures`, or null while nothing is counted. */
export function countText({ progress: { done, total, unit } }: Job): string | null {
  const shown = (count: number) => count.toLocaleString('en');
  if (total === null) return done === 0 ? null : `${shown(done)} ${unit}`.trim();
  return `${shown(done)} of ${shown(total)} ${unit}`.trim();
}

/** `37/s` or `12/min`; null where there is no rate. */
export function rateText(perSecond: number | null): string | null {
  if (perSecond === null || perSecond <= 0) return null;
  if (perSecond >= 1) return `${Math.round(perSecond).toLocaleString('en')}/s`;
  const perMinute = perSecond * 60;
  return perMinute >= 1 ? `${Math.round(perMinute)}/min` : 'less than 1/min';
}

/** Whether there are other pictures or labels once it has ended. */
export const changesPictures = ({ name }: Job): boolean =>
  ['import-upload', 'import-labels', 'weigh-annotators', 'forget'].includes(name);

/** From newest to oldest, each job once, as it was told last. */
export function merged(known: readonly Job[], news: readonly Job[]): Job[] {
  const byId = new Map([...known, ...news].map((job) => [job.id, job]));
  return [...byId.values()].sort((a, b) => b.id - a.id);
}
