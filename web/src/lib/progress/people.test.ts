import { describe, expect, it } from 'vitest';
import { activeText, answersHref, knownText, rateText, showsKnown, sortedPeople } from './people';
import type { Person } from './requests';

const person = (part: Partial<Person>): Person =>
  ({
    annotator: 'ann',
    kind: 'person',
    answered: 0,
    unsure: 0,
    skipped: 0,
    active_seconds: 0,
    per_hour: null,
    last_at: null,
    gold_right: null,
    gold_answered: null,
    ...part,
  }) as Person;

describe('knownText', () => {
  it.each([
    [11, 12, '11 of 12'],
    [0, 0, 'none yet'],
    [null, null, null],
  ])('%s of %s', (gold_right, gold_answered, text) =>
    expect(knownText(person({ gold_right, gold_answered }))).toBe(text),
  );

  it('is shown where one line has it', () => {
    expect(showsKnown([person({}), person({ gold_right: 0 })])).toBe(true);
    expect(showsKnown([person({})])).toBe(false);
  });
});

it('gives no time for what no person did', () => {
  expect(activeText(person({ active_seconds: 5400 }))).toBe('1 h 30 min');
  expect(activeText(person({ active_seconds: 20 }))).toBe('less than 1 min');
  expect(activeText(person({ kind: 'import', active_seconds: 90 }))).toBe('–');
});

it.each([
  [null, '–'],
  [3.26, '3.3'],
  [1204.4, '1,204'],
])('a rate of %s an hour is %s', (per_hour, text) =>
  expect(rateText(person({ per_hour }))).toBe(text),
);

it('leads to the answers of one person, whatever the name', () => {
  expect(answersHref(3, 7, 'a&b@x')).toBe('/datasets/3?question=7&annotator=a%26b%40x');
});

describe('sortedPeople', () => {
  const people = [
    person({ annotator: 'Bob', per_hour: 10, gold_right: 1, gold_answered: 2 }),
    person({ annotator: 'ann', per_hour: null }),
    person({ annotator: 'cleo', per_hour: 30, gold_right: 0, gold_answered: 0 }),
  ];
  const names = (...args: [Parameters<typeof sortedPeople>[1], boolean]) =>
    sortedPeople(people, ...args).map(({ annotator }) => annotator);

  it('does not tell cases apart', () => {
    expect(names('annotator', false)).toEqual(['ann', 'Bob', 'cleo']);
  });

  it('has those without a figure last, in both directions', () => {
    expect(names('rate', false)).toEqual(['Bob', 'cleo', 'ann']);
    expect(names('rate', true)).toEqual(['cleo', 'Bob', 'ann']);
    expect(names('known', true)[0]).toBe('Bob');
  });

  it('leaves what it was given as it was', () => {
    sortedPeople(people, 'rate', true);
    expect(people[0]?.annotator).toBe('Bob');
  });
});
