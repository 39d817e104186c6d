import { describe, expect, it } from 'vitest';
import { fitCells } from './fit-cells';

const fits = (width: number, height: number, count: number, columns: number, size: number) =>
  columns * (size + 8) - 8 <= width && Math.ceil(count / columns) * (size + 8) - 8 <= height;

describe('fitCells', () => {
  it.each([
    [1100, 780, 20],
    [1100, 780, 50],
    [1900, 980, 100],
    [600, 900, 20],
  ])('makes cells in %i by %i as large as %i of them can be', (width, height, count) => {
    const { columns, size } = fitCells({ width, height }, count);
    expect(fits(width, height, count, columns, size)).toBe(true);
    const larger = [];
    for (let other = 1; other <= 40; other++) {
      const wide = Math.min(320, Math.floor((width + 8) / other - 8));
      if (wide > size && fits(width, height, count, other, wide)) larger.push(wide);
    }
    expect(larger).toEqual([]);
  });

  it('makes them no smaller than can be judged, and lets the page scroll', () => {
    const { columns, size } = fitCells({ width: 358, height: 500 }, 100);
    expect(size).toBeGreaterThanOrEqual(96);
    expect(columns).toBe(3);
  });

  it('makes them no larger than is of use', () => {
    expect(fitCells({ width: 1200, height: 900 }, 1).size).toBe(320);
  });

  it('stays sound without any room', () => {
    expect(fitCells({ width: 0, height: 0 }, 20)).toEqual({ columns: 1, size: 1 });
  });
});
