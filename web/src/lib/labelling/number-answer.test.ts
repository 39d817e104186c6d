import { describe, expect, it } from 'vitest';
import { limitsText, readNumber } from './number-answer';

const open = { least: null, greatest: null, unit: '' };

describe('readNumber', () => {
  it.each([
    ['12', 12],
    [' 3.5 ', 3.5],
    ['3,5', 3.5],
    ['-.5', -0.5],
    ['−2', -2],
    ['1e3', 1000],
  ])('reads %j', (typed, number) => expect(readNumber(typed, open)).toEqual({ number }));

  it.each(['', 'a', '1 000', '1.2.3', '1,000.5', 'Infinity', '0x10'])('refuses %j', (typed) =>
    expect(readNumber(typed, open)).toHaveProperty('error'),
  );

  it('refuses what lies outside, and takes the limits themselves', () => {
    const limits = { least: 0, greatest: 10, unit: 'cm' };
    expect(readNumber('10', limits)).toEqual({ number: 10 });
    expect(readNumber('0', limits)).toEqual({ number: 0 });
    expect(readNumber('10.5', limits)).toEqual({
      error: '10.5 is not allowed. From 0 to 10 cm.',
    });
    expect(readNumber('1e999', open)).toHaveProperty('error');
  });
});

describe('limitsText', () => {
  it.each([
    [{ least: 0, greatest: 12, unit: 'cm' }, 'From 0 to 12 cm'],
    [{ least: 0, greatest: null, unit: 'cm' }, 'At least 0 cm'],
    [{ least: null, greatest: 1.5, unit: '' }, 'At most 1.5'],
    [{ least: null, greatest: null, unit: 'mm' }, 'In mm'],
    [open, ''],
  ])('%j', (limits, text) => expect(limitsText(limits)).toBe(text));
});
