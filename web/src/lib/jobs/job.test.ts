import { describe, expect, it } from 'vitest';
import {
  changesPictures,
  countText,
  deedsOf,
  merged,
  moves,
  rateText,
  stateText,
  type Job,
  type JobState,
} from './job';

const job = (part: Partial<Job>): Job =>
  ({ id: 1, state: 'running', wanted: 'run', ...part }) as Job;
const reached = (done: number, total: number | null, unit = 'pictures') =>
  job({ progress: { step: '', done, total, unit, rate: null, seconds_left: null, notes: [] } });

describe('deedsOf', () => {
  it.each([
    ['queued', ['pause', 'cancel']],
    ['running', ['pause', 'cancel']],
    ['paused', ['resume', 'cancel']],
    ['failed', ['retry']],
    ['cancelled', ['retry']],
    ['done', []],
  ] as [JobState, string[]][])('for a job that is %s', (state, deeds) =>
    expect(deedsOf(job({ state }))).toEqual(deeds),
  );

  it('lets a job that is about to stop be stopped for good, and no more', () => {
    expect(deedsOf(job({ wanted: 'pause' }))).toEqual(['cancel']);
    expect(deedsOf(job({ wanted: 'cancel' }))).toEqual([]);
  });
});

it('says what was asked of a job before it has done so', () => {
  expect(stateText(job({ wanted: 'pause' }))).toBe('Pausing');
  expect(stateText(job({ state: 'queued' }))).toBe('Waiting');
});

it('knows which jobs go on by themselves', () => {
  const states: JobState[] = ['queued', 'running', 'paused', 'cancelled', 'failed', 'done'];
  expect(states.filter((state) => moves(job({ state })))).toEqual(['queued', 'running']);
});

it('knows after which jobs a grid is out of date', () => {
  const names = [
    'import-upload',
    'thumbnails',
    'embed',
    'import-labels',
    'export-labels',
    'forget',
  ];
  expect(names.filter((name) => changesPictures(job({ name })))).toEqual([
    'import-upload',
    'import-labels',
    'forget',
  ]);
});

it('counts what is done', () => {
  expect(countText(reached(1200, 2000))).toBe('1,200 of 2,000 pictures');
  expect(countText(reached(0, null))).toBe(null);
  expect(countText(reached(3, null, ''))).toBe('3');
});

it.each([
  [null, null],
  [0, null],
  [1234.4, '1,234/s'],
  [0.5, '30/min'],
  [0.001, 'less than 1/min'],
])('a rate of %s is %s', (rate, text) => expect(rateText(rate)).toBe(text));

it('holds each job once, the newest first', () => {
  const all = merged(
    [job({ id: 3 }), job({ id: 1 })],
    [job({ id: 3, state: 'done' }), job({ id: 7 })],
  );
  expect(all.map(({ id, state }) => [id, state])).toEqual([
    [7, 'running'],
    [3, 'done'],
    [1, 'running'],
  ]);
});
