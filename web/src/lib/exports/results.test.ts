import { describe, expect, it } from 'vitest';
import { exportResultOf, labelImportResultOf, someText } from './results';

describe('exportResultOf', () => {
  it('reads what was written and what was not', () => {
    const left = { reason: 'no label', count: 12, examples: ['a.jpg', 'b.jpg'] };
    const read = exportResultOf({
      file: 'leaves-labels.zip',
      bytes: 2048,
      pictures: 40,
      rows: 41,
      left_out: [left],
      notes: ['One class has no picture.'],
    });
    expect(read).toEqual({
      file: 'leaves-labels.zip',
      bytes: 2048,
      pictures: 40,
      rows: 41,
      leftOut: [left],
      notes: ['One class has no picture.'],
    });
  });

  it('is none for other jobs, and before the end', () => {
    expect(exportResultOf(null)).toBe(null);
    expect(exportResultOf({ outcomes: { added: 3 } })).toBe(null);
  });

  it('does without what is missing', () => {
    expect(exportResultOf({ file: 'a.csv' })).toMatchObject({
      leftOut: [],
      notes: [],
      pictures: 0,
    });
  });
});

describe('labelImportResultOf', () => {
  it('has the most frequent outcome first, and none that did not happen', () => {
    const read = labelImportResultOf({
      pictures: 9,
      votes: 10,
      missing: 1,
      examples: ['z.jpg'],
      notes: [],
      outcomes: { 'already there': 3, added: 10, refused: 0 },
    });
    expect(read?.outcomes).toEqual([
      { outcome: 'added', count: 10 },
      { outcome: 'already there', count: 3 },
    ]);
    expect(read).toMatchObject({ pictures: 9, votes: 10, missing: 1, examples: ['z.jpg'] });
  });

  it('is none for other jobs', () => {
    expect(labelImportResultOf({ file: 'a.csv' })).toBe(null);
    expect(labelImportResultOf(undefined)).toBe(null);
  });
});

it.each([
  [['a', 'b'], 2, 'a, b'],
  [['a', 'b'], 5, 'a, b and 3 more'],
  [[], 1200, '1,200'],
  [[], 0, ''],
] as [string[], number, string][])('%j of %d', (examples, count, text) =>
  expect(someText(examples, count)).toBe(text),
);
