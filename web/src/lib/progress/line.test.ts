import { describe, expect, it } from 'vitest';
import { lineOf, rangeOf, type Field } from './line';

const field: Field = { width: 120, height: 70, left: 10, bottom: 10, inset: 5 };
const day = (number: number, value: number | null) => ({
  day: `2026-11-${String(number).padStart(2, '0')}`,
  value,
});

describe('lineOf', () => {
  it('puts days as far apart as they are', () => {
    const { places } = lineOf([day(1, 0.5), day(2, 0.5), day(11, 0.5)], field);
    expect(places.map((place) => place?.x)).toEqual([15, 25, 115]);
  });

  it('has more at the top', () => {
    const { places } = lineOf([day(1, 0.6), day(2, 0.8)], field);
    expect(places.map((place) => place?.y)).toEqual([55, 5]);
  });

  it('breaks where nothing can be said', () => {
    const { paths, places } = lineOf(
      [day(1, 0.5), day(2, 0.6), day(3, null), day(4, 0.5), day(5, 0.7)],
      field,
    );
    expect(paths).toHaveLength(2);
    expect(places[2]).toBe(null);
    expect(paths[0]).toMatch(/^M15 [\d.]+L40 [\d.]+$/);
  });

  it('draws no line from one day, but its place in the middle', () => {
    const { paths, places } = lineOf([day(3, 0.4)], field);
    expect(paths).toEqual([]);
    expect(places[0]?.x).toBe(65);
  });

  it('is empty without days', () => {
    expect(lineOf([], field)).toMatchObject({ paths: [], places: [] });
  });

  it('names the values at the top, in the middle and at the bottom', () => {
    const { rows } = lineOf([day(1, 0.62), day(2, 0.78)], field);
    expect(rows.map(({ text }) => text)).toEqual(['80 %', '70 %', '60 %']);
    expect(rows.map(({ at }) => at)).toEqual([5, 30, 55]);
  });
});

describe('rangeOf', () => {
  it.each([
    [[], [0, 1]],
    [[0.5], [0.4, 0.6]],
    [[1], [0.8, 1]],
    [[0], [0, 0.2]],
    [
      [0.3, 0.7],
      [0.3, 0.7],
    ],
    [
      [0.31, 0.58],
      [0.2, 0.6],
    ],
  ] as [number[], [number, number]][])('of %j is %j', (values, range) =>
    expect(rangeOf(values)).toEqual(range),
  );

  it('holds all values and stays between 0 and 1', () => {
    for (let low = 0; low <= 100; low += 7) {
      for (let high = low; high <= 100; high += 9) {
        const [least, most] = rangeOf([low / 100, high / 100]);
        expect(least).toBeLessThanOrEqual(low / 100 + 1e-9);
        expect(most).toBeGreaterThanOrEqual(high / 100 - 1e-9);
        expect(least).toBeGreaterThanOrEqual(0);
        expect(most).toBeLessThanOrEqual(1);
      }
    }
  });
});
