import { describe, expect, it } from 'vitest';
import { historyOf, lookText } from './history';
import type { Vote } from './picture';

const vote = (id: number, annotator: string, verdict: Vote['verdict'] = 'answer') =>
  ({ id, annotator, verdict }) as Vote;
const told = (...votes: Vote[]) => historyOf(votes).map(({ vote, stands }) => [vote.id, stands]);

describe('historyOf', () => {
  it('has the newest first, whatever the order in which they came', () => {
    expect(told(vote(2, 'ann'), vote(7, 'bob'), vote(5, 'cleo'))).toEqual([
      [7, true],
      [5, true],
      [2, true],
    ]);
  });

  it('lets the last answer of each person stand', () => {
    expect(told(vote(1, 'ann'), vote(2, 'bob'), vote(3, 'ann'))).toEqual([
      [3, true],
      [2, true],
      [1, false],
    ]);
  });

  it('lets the answer before stand again, once the last one was taken back', () => {
    expect(told(vote(1, 'ann'), vote(2, 'ann'), vote(3, 'ann', 'withdrawn'))).toEqual([
      [3, false],
      [2, false],
      [1, true],
    ]);
  });

  it('lets nothing stand where all was taken back, even twice', () => {
    const stands = told(vote(1, 'ann'), vote(2, 'ann', 'withdrawn'), vote(3, 'ann', 'withdrawn'));
    expect(stands.some(([, one]) => one)).toBe(false);
  });

  it('is empty without votes', () => {
    expect(historyOf([])).toEqual([]);
  });
});

it.each([
  [0, '0.0 s'],
  [3240, '3.2 s'],
  [9960, '10 s'],
  [48_000, '48 s'],
  [119_000, '2 min'],
])('%d ms are %s', (milliseconds, text) => expect(lookText(milliseconds)).toBe(text));
