import { describe, expect, it } from 'vitest';
import {
  columnValue,
  narrows,
  queryOf,
  readFilter,
  widened,
  withChoice,
  withColumn,
  withQuestion,
  type GridFilter,
} from './filter';

const read = (text: string) => readFilter(new URLSearchParams(text));

const FULL: GridFilter = {
  question: 4,
  choice: [2, 11],
  unlabelled: true,
  state: 'review',
  verdict: 'unsure',
  annotator: 'ann',
  answered: 3,
  text: 'leaf 1',
  part: 'train',
  group: 'g:1',
  column: ['site:A:1', 'year:2024'],
  flagged: false,
  least_certain: 0,
  most_certain: 0.8,
  sort: 'certainty',
  descending: true,
};

describe('a filter in an address', () => {
  it('comes back as it went in', () => {
    expect(read(queryOf(FULL))).toEqual(FULL);
  });

  it('is empty where nothing is asked for', () => {
    expect(read('')).toEqual({});
    expect(queryOf({})).toBe('');
  });

  it('is written in one way only', () => {
    expect(queryOf(read('sort=name&choice=11&choice=2&choice=2&question=4'))).toBe(
      'question=4&choice=2&choice=11',
    );
  });

  it('leaves out what is not understood', () => {
    expect(
      read('question=x&state=wild&sort=colour&flagged=maybe&least_certain=7&column=nothing&at=3'),
    ).toEqual({});
  });

  it('leaves out what needs a question, where there is none', () => {
    expect(read('choice=3&state=open&annotator=ann&sort=certainty&text=a')).toEqual({ text: 'a' });
  });

  it('leaves out what somebody answered, where nobody is named', () => {
    expect(read('question=1&answered=3')).toEqual({ question: 1 });
  });
});

describe('narrows', () => {
  it('counts neither the question nor the order', () => {
    expect(narrows({ question: 3, sort: 'added', descending: true })).toBe(false);
    expect(narrows({ question: 3, flagged: false })).toBe(true);
    expect(narrows({ least_certain: 0, question: 3 })).toBe(true);
  });

  it('is over once a filter is widened', () => {
    expect(widened(FULL)).toEqual({ question: 4, sort: 'certainty', descending: true });
    expect(narrows(widened(FULL))).toBe(false);
  });
});

describe('changing a filter', () => {
  it('forgets what was about the labels of another question', () => {
    expect(withQuestion(FULL, 9)).toEqual({
      question: 9,
      text: 'leaf 1',
      part: 'train',
      group: 'g:1',
      column: ['site:A:1', 'year:2024'],
      flagged: false,
      descending: true,
    });
  });

  it('puts classes in and takes them out', () => {
    const two = withChoice(withChoice({ question: 1, unlabelled: true }, 7, true), 2, true);
    expect(two).toEqual({ question: 1, choice: [2, 7] });
    expect(withChoice(withChoice(two, 7, false), 2, false)).toEqual({ question: 1 });
  });

  it('holds one value for each column', () => {
    const filter = withColumn(withColumn({}, 'site', 'A:1'), 'site', 'B');
    expect(filter.column).toEqual(['site:B']);
    expect(columnValue(filter, 'site')).toBe('B');
    expect(columnValue(FULL, 'site')).toBe('A:1');
    expect(columnValue(filter, 'sit')).toBe(null);
    expect(withColumn(filter, 'site', null)).toEqual({});
  });
});
