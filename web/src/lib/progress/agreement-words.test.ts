import { describe, expect, it } from 'vitest';
import {
  absenceText,
  basisText,
  classUndefinedText,
  coefficientText,
  intervalText,
  mistakesOf,
  undefinedText,
} from './agreement-words';
import type { Agreement } from './requests';

const found = (part: Partial<Agreement>): Agreement =>
  ({ answers: 10, pictures: 6, paired: 4, classes: [], ...part }) as Agreement;
const classes = (...answers: number[]) =>
  answers.map((count, at) => ({ choice_id: at, answers: count, agreement: null, kappa: null }));

describe('undefinedText', () => {
  it('tells of pictures with fewer than two answers first', () => {
    expect(undefinedText('alpha', found({ paired: 0, classes: classes(3) }))).toContain(
      'no picture has two answers',
    );
  });

  it('tells of a single class where chance is what fails', () => {
    expect(undefinedText('fleiss', found({ classes: classes(10, 0) }))).toContain('one class');
  });

  it('does not blame the class for percent agreement', () => {
    expect(undefinedText('percent', found({ classes: classes(10) }))).not.toContain('one class');
  });
});

it.each([
  [0.6449, '0.64'],
  [-0.1234, '−0.12'],
  [-0.001, '0.00'],
  [1, '1.00'],
])('a coefficient of %d is %s', (value, text) => expect(coefficientText(value)).toBe(text));

describe('intervalText', () => {
  it('is written like its figure', () => {
    const figure = { value: 0.8, low: 0.7, high: 0.9 };
    expect(intervalText('percent', figure)).toBe('70 % to 90 %');
    expect(intervalText('kappa', figure)).toBe('0.70 to 0.90');
  });

  it('is none without bounds', () => {
    expect(intervalText('alpha', { value: 0.8, low: null, high: null })).toBe(null);
  });
});

describe('basisText', () => {
  it('counts what tells about agreement', () => {
    expect(basisText(found({}))).toBe(
      '10 answers about 6 pictures; 4 pictures have two answers or more, and only these tell about agreement.',
    );
  });

  it('says where nothing does', () => {
    expect(basisText(found({ paired: 0 }))).toContain('none of which has two');
  });
});

it('says why a class has no figure', () => {
  expect(classUndefinedText(0)).not.toBe(classUndefinedText(2));
});

it('tells a question without answers from one of another kind', () => {
  expect(absenceText({ kind: 'single' })).toContain('Nobody has answered');
  expect(absenceText({ kind: 'number' })).toContain('one class per picture');
});

it('counts as a confusion only what is not as it should be', () => {
  const confusions = [
    { reference: 1, said: 1, pictures: 9 },
    { reference: 1, said: 2, pictures: 1 },
    { reference: 2, said: 1, pictures: 3 },
  ];
  expect(mistakesOf(confusions).map(({ pictures }) => pictures)).toEqual([3, 1]);
  expect(mistakesOf([])).toEqual([]);
});
