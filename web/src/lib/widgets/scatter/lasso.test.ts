import { describe, expect, it } from 'vitest';
import { insideLine, isFar, isInside } from './lasso';
import { PointIndex } from './point-index';

const SQUARE = [
  { x: 0, y: 0 },
  { x: 4, y: 0 },
  { x: 4, y: 4 },
  { x: 0, y: 4 },
];

describe('lasso', () => {
  it('holds what it goes round, and nothing in its dents', () => {
    const dented = [...SQUARE, { x: 3, y: 2 }];
    expect(isInside(dented, 3.5, 2)).toBe(true);
    expect(isInside(dented, 1, 2)).toBe(false);
    expect(isInside(dented, 5, 2)).toBe(false);
  });

  it('does not hold what it goes round twice the other way', () => {
    const eight = [
      { x: 0, y: 0 },
      { x: 2, y: 2 },
      { x: 2, y: 0 },
      { x: 0, y: 2 },
    ];
    expect(isInside(eight, 0.3, 1)).toBe(true);
    expect(isInside(eight, 1.7, 1)).toBe(true);
    expect(isInside(eight, 1, 0.2)).toBe(false);
  });

  it('chooses points of a cloud, ascending', () => {
    const xy = Float32Array.of(9, 9, 3, 3, 1, 1, -1, 2, 2, 5);
    expect(insideLine(new PointIndex(xy), xy, SQUARE)).toEqual([1, 2]);
    expect(insideLine(new PointIndex(xy), xy, [...SQUARE].reverse())).toEqual([1, 2]);
  });

  it('is none with less than three corners', () => {
    const xy = Float32Array.of(1, 1);
    expect(insideLine(new PointIndex(xy), xy, SQUARE.slice(0, 2))).toEqual([]);
  });

  it('takes a new place once the hand has moved', () => {
    expect(isFar(undefined, { x: 0, y: 0 })).toBe(true);
    expect(isFar({ x: 0, y: 0 }, { x: 2, y: 1 })).toBe(false);
    expect(isFar({ x: 0, y: 0 }, { x: 3, y: 0 })).toBe(true);
  });
});
