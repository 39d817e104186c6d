import { expect, it } from 'vitest';
import { allOrNone, bitsText, toggled } from './chosen-pictures';

it('puts in and takes out, and leaves the old set as it was', () => {
  const before = new Set([1]);
  expect([...toggled(before, 2)]).toEqual([1, 2]);
  expect([...toggled(before, 1)]).toEqual([]);
  expect([...before]).toEqual([1]);
});

it('marks all, and none once all are marked', () => {
  expect([...allOrNone(new Set([1]), [1, 2])]).toEqual([1, 2]);
  expect([...allOrNone(new Set([1, 2]), [1, 2])]).toEqual([]);
  expect([...allOrNone(new Set(), [])]).toEqual([]);
});

it.each([
  [0, '0 bits'],
  [0.001, 'less than 0.01 bits'],
  [0.4219, '0.42 bits'],
  [0.5, '0.5 bits'],
  [1, '1 bit'],
  [10, '10 bits'],
])('%d is %s', (gain, text) => expect(bitsText(gain)).toBe(text));
