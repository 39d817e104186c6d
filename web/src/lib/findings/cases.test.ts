import { describe, expect, it } from 'vitest';
import {
  fateText,
  keeper,
  labelsDiffer,
  labelText,
  mergeOf,
  noteText,
  suggestions,
  targets,
  toReview,
  type Case,
  type Suspect,
} from './cases';

const label = (choice: number | null, votes = 1): Suspect['label'] => ({
  state: 'closed',
  verdict: choice === null ? null : 'answer',
  choice_ids: choice === null ? [] : [choice],
  number: null,
  certainty: 1,
  votes,
});

const suspect = (id: number, more: Partial<Suspect> = {}): Suspect => ({
  id,
  name: `${id}.jpg`,
  sha256: 'a',
  width: 10,
  height: 10,
  label: label(null, 0),
  note: '',
  suggested: null,
  suggested_id: null,
  score: null,
  removed: false,
  decided: false,
  sent: false,
  ...more,
});

const one = (...pictures: Suspect[]): Case => ({
  key: 'k',
  number: 1,
  why: 'why',
  certainty: 1,
  state: 'open',
  dismissal: null,
  pictures,
  total: pictures.length,
});

const none: ReadonlySet<number> = new Set();
const ids = (found: Suspect[]) => found.map(({ id }) => id);

describe('targets', () => {
  it('are the picked pictures, or the only one', () => {
    expect(ids(targets(one(suspect(1)), none))).toEqual([1]);
    expect(ids(targets(one(suspect(1), suspect(2)), none))).toEqual([]);
    expect(ids(targets(one(suspect(1), suspect(2)), new Set([2])))).toEqual([2]);
  });

  it('are never guessed because others are gone or not shown', () => {
    expect(targets(one(suspect(1), suspect(2, { removed: true })), none)).toEqual([]);
    expect(targets({ ...one(suspect(1)), total: 40 }, none)).toEqual([]);
    expect(targets(one(suspect(1, { removed: true })), new Set([1]))).toEqual([]);
  });

  it('are all of a case where nobody picked, for review', () => {
    const two = one(suspect(1), suspect(2), suspect(3, { removed: true }));
    expect(ids(toReview(two, none))).toEqual([1, 2]);
    expect(ids(toReview(two, new Set([2])))).toEqual([2]);
  });
});

describe('suggestions', () => {
  const case_ = one(
    suspect(1, { suggested: 'a', suggested_id: 7, label: label(8) }),
    suspect(2, { suggested: 'a', suggested_id: 7, label: label(7) }),
    suspect(3, { suggested: 'gone', suggested_id: null }),
    suspect(4, { suggested: 'a', suggested_id: 7 }),
  );

  it('leave out pictures that have the class already, and classes that are not offered', () => {
    expect(suggestions(case_, none)).toEqual([
      { picture_id: 1, choice_id: 7 },
      { picture_id: 4, choice_id: 7 },
    ]);
  });

  it('are those of the picked pictures', () => {
    expect(suggestions(case_, new Set([2, 4]))).toEqual([{ picture_id: 4, choice_id: 7 }]);
  });
});

describe('merging', () => {
  it('keeps a labelled picture before a larger one, and then the one with more votes', () => {
    const large = suspect(1, { width: 100 });
    const labelled = suspect(2, { label: label(7) });
    const sure = suspect(3, { label: label(7, 3) });
    expect(keeper(one(large, labelled), none)?.id).toBe(2);
    expect(keeper(one(large, labelled, sure), none)?.id).toBe(3);
    expect(keeper(one(suspect(4), large), none)?.id).toBe(1);
    expect(keeper(one(suspect(4), suspect(5)), none)?.id).toBe(4);
  });

  it('keeps the picked one', () => {
    const two = one(suspect(1, { label: label(7) }), suspect(2));
    expect(mergeOf(two, new Set([2]))).toEqual({ keep: 2, picture_ids: [1, 2] });
    expect(mergeOf(two, new Set([1, 2]))?.keep).toBe(1);
  });

  it('needs two pictures, and all of them in sight', () => {
    expect(mergeOf(one(suspect(1), suspect(2, { removed: true })), none)).toBeNull();
    expect(mergeOf({ ...one(suspect(1), suspect(2)), total: 60 }, none)).toBeNull();
    expect(mergeOf(one(), none)).toBeNull();
  });

  it('says where the classes differ', () => {
    expect(labelsDiffer(one(suspect(1, { label: label(7) }), suspect(2)))).toBe(false);
    expect(
      labelsDiffer(one(suspect(1, { label: label(7) }), suspect(2, { label: label(8) }))),
    ).toBe(true);
  });
});

describe('words', () => {
  it('name the class and what became of a picture', () => {
    const choices = new Map([[7, { name: 'rust' }]]) as unknown as Parameters<typeof labelText>[1];
    expect(labelText(suspect(1, { label: label(7) }), choices)).toBe('rust');
    expect(labelText(suspect(1, { label: label(8) }), choices)).toBe('Class 8');
    expect(labelText(suspect(1), choices)).toBe('No label');
    expect(noteText(suspect(1, { label: label(7), note: 'rust' }), choices)).toBe('');
    expect(noteText(suspect(1, { label: label(7), note: 'dark' }), choices)).toBe('dark');
    expect(fateText(suspect(1))).toBeNull();
    expect(fateText(suspect(1, { sent: true }))).toBe('In review');
    expect(fateText(suspect(1, { sent: true, removed: true }))).toBe('In the trash');
  });
});
