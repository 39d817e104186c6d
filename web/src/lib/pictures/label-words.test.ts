import { describe, expect, it } from 'vitest';
import { certaintyText, labelWords, voteWords } from './label-words';
import type { Choice, Label, Question, Vote } from './picture';

const choice = (id: number, name: string, colour: string) => ({ id, name, colour }) as Choice;
const question = {
  settings: { unit: 'mm' },
  choices: [choice(1, 'rust', '#aa3300'), choice(2, 'miner', '#225588')],
} as Question;
const label = (part: Partial<Label>): Label => ({
  state: 'closed',
  verdict: 'answer',
  choice_ids: [],
  number: null,
  certainty: 1,
  votes: 1,
  ...part,
});

describe('labelWords', () => {
  it('names one class with its colour', () => {
    const words = labelWords(label({ choice_ids: [2] }), question);
    expect(words).toEqual({ text: 'miner', colour: '#225588', kind: 'answer' });
  });

  it('names several classes without a colour', () => {
    const words = labelWords(label({ choice_ids: [1, 2] }), question);
    expect(words).toMatchObject({ text: 'rust, miner', colour: null });
  });

  it('tells "none of them" from no label', () => {
    expect(labelWords(label({}), question).text).toBe('None of them');
    expect(labelWords(label({ verdict: null, state: 'open' }), question).kind).toBe('none');
    expect(labelWords(null, question).kind).toBe('none');
  });

  it('says that people disagree', () => {
    expect(labelWords(label({ verdict: null, state: 'review' }), question).text).toBe('In review');
  });

  it('gives a number its unit', () => {
    expect(labelWords(label({ number: 1234.5 }), question).text).toBe('1,234.5 mm');
  });

  it('does not fall over a class that it does not know', () => {
    expect(labelWords(label({ choice_ids: [9] }), question).text).toBe('Class 9');
    expect(labelWords(label({ choice_ids: [9] }), undefined).text).toBe('Class 9');
  });
});

it('says what a vote says that is no answer', () => {
  const vote = { verdict: 'withdrawn', choice_ids: [], number: null } as unknown as Vote;
  expect(voteWords(vote, question)).toEqual({ text: 'Taken back', colour: null, kind: 'other' });
});

describe('certaintyText', () => {
  it.each([
    [1, '100 %'],
    [0.99999, '99.9 %'],
    [0.995, '99.5 %'],
    [0.874, '87 %'],
    [0.004, 'less than 1 %'],
    [0, '0 %'],
  ])('%d is %s', (certainty, text) => expect(certaintyText(certainty)).toBe(text));
});
