import { describe, expect, it } from 'vitest';
import type { Choice, Question, Vote } from '$lib/pictures/picture';
import { medianOf, mergedInto, mostlyChosen, tallyOf } from './tally';

const choice = (id: number, more: Partial<Choice> = {}) =>
  ({ id, name: `c${id}`, position: id, offered: true, merged_into: null, ...more }) as Choice;

function question(
  kind: Question['kind'],
  count_imports = true,
  choices = [1, 2, 3].map((id) => choice(id)),
) {
  return { id: 5, kind, choices, settings: { count_imports } } as unknown as Question;
}

let id = 0;
const vote = (annotator: string, said: Partial<Vote> = {}): Vote => ({
  id: ++id,
  question_id: 5,
  annotator,
  annotator_kind: 'person',
  verdict: 'answer',
  choice_ids: [],
  number: null,
  decides: false,
  milliseconds: null,
  created_at: '2026-01-01T00:00:00Z',
  ...said,
});
const picks = (annotator: string, ...choice_ids: number[]) => vote(annotator, { choice_ids });

/** Classes with who chose them, to compare. */
const rows = (votes: Vote[], of = question('single')) =>
  tallyOf(votes, of).classes.map(({ choice, who }) => [choice.id, who]);

describe('tallyOf', () => {
  it('finds nothing in nothing', () => {
    const tally = tallyOf([], question('single'));
    expect(tally).toMatchObject({ total: 0, classes: [], numbers: [], decision: null });
    expect(medianOf(tally)).toBeNull();
    expect(mostlyChosen(tally)).toEqual([]);
  });

  it('puts what most people said first, and then the order of the classes', () => {
    const votes = [picks('a', 3), picks('b', 2), picks('c', 2), picks('d', 1)];
    expect(rows(votes)).toEqual([
      [2, ['b', 'c']],
      [1, ['d']],
      [3, ['a']],
    ]);
  });

  it('counts each person once, by the answer that stands', () => {
    const taken = [picks('a', 1), picks('a', 2), vote('a', { verdict: 'withdrawn' })];
    expect(rows(taken)).toEqual([[1, ['a']]]);
    expect(rows([picks('a', 1), vote('a', { verdict: 'skip' })])).toEqual([]);
  });

  it('counts those who said something else than a class', () => {
    const tally = tallyOf(
      [vote('a', { verdict: 'unsure' }), vote('b', { verdict: 'cannot_tell' }), picks('c', 1)],
      question('single'),
    );
    expect(tally).toMatchObject({ total: 3, unsure: ['a'], cannotTell: ['b'] });
  });

  it('leaves models out, and imports where only people count', () => {
    const imported = vote('import', { annotator_kind: 'import', choice_ids: [1] });
    const model = vote('net', { annotator_kind: 'model', choice_ids: [2] });
    expect(rows([imported, model, picks('a', 3)])).toEqual([
      [1, ['import']],
      [3, ['a']],
    ]);
    expect(rows([imported, picks('a', 3)], question('single', false))).toEqual([[3, ['a']]]);
    expect(rows([imported], question('single', false))).toEqual([[1, ['import']]]);
  });

  it('holds decisions apart, the latest of them', () => {
    const first = vote('r', { choice_ids: [1], decides: true });
    const last = vote('s', { choice_ids: [2], decides: true });
    const tally = tallyOf([first, picks('a', 3), last], question('single'));
    expect(tally.decision).toEqual(last);
    expect(tally.total).toBe(1);
    expect(tally.classes).toHaveLength(1);
  });

  it('forgets a decision that was taken back', () => {
    const votes = [
      vote('r', { choice_ids: [1], decides: true }),
      vote('r', { verdict: 'withdrawn' }),
    ];
    expect(tallyOf(votes, question('single')).decision).toBeNull();
  });

  it('counts merged classes for what they became, each person once', () => {
    const of = question('many', true, [choice(1), choice(2, { merged_into: 1, offered: false })]);
    expect(rows([picks('a', 1, 2), picks('b', 2)], of)).toEqual([[1, ['a', 'b']]]);
  });

  it('marks what more than half chose, of those who chose', () => {
    const votes = [
      picks('a', 1, 2),
      picks('b', 1),
      picks('c'),
      vote('d', { verdict: 'cannot_tell' }),
    ];
    const tally = tallyOf(votes, question('many'));
    expect(tally.none).toEqual(['c']);
    expect(mostlyChosen(tally)).toEqual([1]);
  });

  it('does not mark a class that is no longer offered', () => {
    const of = question('many', true, [choice(1, { offered: false })]);
    expect(mostlyChosen(tallyOf([picks('a', 1)], of))).toEqual([]);
  });

  it('orders numbers, and finds the one in the middle', () => {
    const of = question('number');
    const said = (who: string, number: number) => vote(who, { number });
    const tally = tallyOf([said('a', 9), said('b', 2), said('c', 9)], of);
    expect(tally.numbers).toEqual([
      { number: 2, who: ['b'] },
      { number: 9, who: ['a', 'c'] },
    ]);
    expect(medianOf(tally)).toBe(9);
    expect(medianOf(tallyOf([said('a', 1), said('b', 4)], of))).toBe(2.5);
  });
});

describe('mergedInto', () => {
  it('follows mergers to their end, and ends in a circle too', () => {
    const of = question('single', true, [
      choice(1, { merged_into: 2 }),
      choice(2, { merged_into: 3 }),
      choice(3),
      choice(4, { merged_into: 5 }),
      choice(5, { merged_into: 4 }),
    ]);
    expect(mergedInto(of, 1)?.id).toBe(3);
    expect([4, 5]).toContain(mergedInto(of, 4)?.id);
    expect(mergedInto(of, 99)).toBeUndefined();
  });
});
