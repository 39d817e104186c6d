import { describe, expect, it } from 'vitest';
import type { Progress } from './requests';
import { amountText, dayText, daysText, forecastText, partsOf, shareText } from './standing';

const progress = (part: Partial<Progress>): Progress =>
  ({
    open: 0,
    review: 0,
    closed: 0,
    answers_left: 0,
    days_left: null,
    per_day: [],
    ...part,
  }) as Progress;
const days = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ day: `2026-11-${10 + at}`, answers: 3 }));

describe('partsOf', () => {
  it('shares out all pictures', () => {
    const parts = partsOf(progress({ open: 5, review: 2, closed: 13 }));
    expect(parts.map(({ state, share }) => [state, share])).toEqual([
      ['closed', 0.65],
      ['review', 0.1],
      ['open', 0.25],
    ]);
  });

  it('divides nothing by nothing', () => {
    expect(partsOf(progress({})).map(({ share }) => share)).toEqual([0, 0, 0]);
  });
});

describe('forecastText', () => {
  it('says by which days it goes', () => {
    const text = forecastText(progress({ answers_left: 90, days_left: 6.2, per_day: days(4) }));
    expect(text).toBe(
      'About 6 days at the rate of the last 4 days on which people answered. This is an estimate.',
    );
  });

  it('speaks of one day as of one', () => {
    const text = forecastText(progress({ answers_left: 2, days_left: 0.1, per_day: days(1) }));
    expect(text).toContain('Less than a day at the rate of the one day on which');
  });

  it('gives none without a basis', () => {
    expect(forecastText(progress({ answers_left: 90 }))).toContain('no forecast yet');
  });

  it('gives none once all is answered', () => {
    const text = forecastText(progress({ answers_left: 0, days_left: 0, per_day: days(2) }));
    expect(text).toBe('No answer is wanted any more.');
  });
});

it.each([
  [0.2, 'Less than a day'],
  [0.96, 'About 1 day'],
  [6.4, 'About 6 days'],
  [95, 'About 3 months'],
  [1100, 'About 3 years'],
])('%d days are "%s"', (count, text) => expect(daysText(count)).toBe(text));

it.each([
  [0, '0 %'],
  [0.0004, 'less than 1 %'],
  [0.426, '43 %'],
  [0.9999, '99 %'],
  [1, '100 %'],
])('a share of %d is %s', (share, text) => expect(shareText(share)).toBe(text));

it('counts one as one', () => {
  expect(amountText(1, 'answer')).toBe('1 answer');
  expect(amountText(1200, 'answer')).toBe('1,200 answers');
});

it('names a day as it is in UTC', () => expect(dayText('2026-11-16')).toBe('Mon 16 Nov'));
