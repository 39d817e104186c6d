import { describe, expect, it } from 'vitest';
import { importResultOf } from './import-result';

describe('importResultOf', () => {
  it('puts first what is in the dataset, then by number', () => {
    const read = importResultOf({
      outcomes: { broken: 3, added: 2, 'already present': 40, 'not an image': 0 },
      problems: [{ name: 'a.jpg', outcome: 'broken', reason: 'It ends too early.' }],
      taken_in: 42,
      refused: 3,
    });
    expect(read?.outcomes.map(({ outcome }) => outcome)).toEqual([
      'already present',
      'added',
      'broken',
    ]);
    expect(read?.problems).toEqual([
      { name: 'a.jpg', outcome: 'broken', reason: 'It ends too early.' },
    ]);
    expect([read?.takenIn, read?.refused]).toEqual([42, 3]);
  });

  it('counts by itself where the server does not', () => {
    const read = importResultOf({ outcomes: { added: 5, unreadable: 2 } });
    expect([read?.takenIn, read?.refused, read?.problems]).toEqual([5, 2, []]);
  });

  it.each([null, undefined, 'done', 7, [], { thumbnails: 12 }])(
    'is not read from %j, which another job gave',
    (result) => expect(importResultOf(result)).toBe(null),
  );
});
