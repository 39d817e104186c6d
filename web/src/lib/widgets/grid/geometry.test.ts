import { describe, expect, it } from 'vitest';
import { Geometry, move, type Layout, type Rect } from './geometry';

const layout: Layout = { count: 23, width: 430, minCell: 80, gap: 10, ratio: 1, caption: 0 };

/** By looking at each cell in turn. */
function touched(geometry: Geometry, rect: Rect): number[] {
  const found: number[] = [];
  for (let index = 0; index < geometry.count; index++) {
    const cell = geometry.rectOf(index);
    const apart =
      cell.x > rect.x + rect.width ||
      cell.x + cell.width < rect.x ||
      cell.y > rect.y + rect.height ||
      cell.y + cell.height < rect.y;
    if (!apart) found.push(index);
  }
  return found;
}

const spread = (ranges: { start: number; end: number }[]) =>
  ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at));

describe('Geometry', () => {
  it('fits as many columns as there is room for and shares out the rest', () => {
    const geometry = new Geometry(layout);
    expect(geometry.columns).toBe(4);
    expect(geometry.cellWidth).toBe(100);
    expect(geometry.rows).toBe(6);
    expect(geometry.height).toBe(6 * 110 - 10);
    expect(geometry.rectOf(6)).toEqual({ x: 220, y: 110, width: 100, height: 100 });
  });

  it.each([
    [390, 4],
    [80, 1],
    [10, 1],
    [1440, 16],
  ])('%i px hold %i columns', (width, columns) => {
    expect(new Geometry({ ...layout, width }).columns).toBe(columns);
  });

  it('is empty without cells', () => {
    const geometry = new Geometry({ ...layout, count: 0 });
    expect(geometry.height).toBe(0);
    expect(geometry.visible(0, 500, 3)).toEqual({ start: 0, end: 0 });
    expect(geometry.within({ x: 0, y: 0, width: 999, height: 999 })).toEqual([]);
    expect(geometry.indexAt(5, 5)).toBeNull();
    expect(move('End', 0, { columns: 4, count: 0, rowsPerPage: 2 })).toBeNull();
  });

  it('sees the same cells as a look at each of them', () => {
    const geometry = new Geometry(layout);
    for (let top = 0; top < geometry.height; top += 37) {
      const window = { x: 0, y: top, width: 430, height: 250 };
      const { start, end } = geometry.visible(top, 250);
      for (const index of touched(geometry, window)) {
        expect(index).toBeGreaterThanOrEqual(start);
        expect(index).toBeLessThan(end);
      }
      expect(end - start).toBeLessThanOrEqual(4 * 4);
    }
  });

  it('holds a million cells exactly', () => {
    const geometry = new Geometry({ ...layout, count: 1_000_000 });
    expect(geometry.height).toBe(250_000 * 110 - 10);
    const { y } = geometry.rectOf(999_999);
    expect(geometry.visible(y, 600)).toEqual({ start: 999_996, end: 1_000_000 });
    expect(geometry.indexAt(435 - 10, y + 1)).toBe(999_999);
  });

  it('finds the cell under a point, and none in a gap', () => {
    const geometry = new Geometry(layout);
    for (let index = 0; index < geometry.count; index++) {
      const { x, y, width, height } = geometry.rectOf(index);
      expect(geometry.indexAt(x + width / 2, y + height / 2)).toBe(index);
      expect(geometry.indexAt(x + width + 5, y + 5)).toBeNull();
      expect(geometry.indexAt(x + 5, y + height + 5)).toBeNull();
    }
    expect(geometry.indexAt(335, 555)).toBeNull();
  });

  it('finds what a rectangle touches, as a look at each cell does', () => {
    const geometry = new Geometry(layout);
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    for (let turn = 0; turn < 500; turn++) {
      const rect = {
        x: random(480) - 30,
        y: random(700) - 30,
        width: random(300),
        height: random(300),
      };
      expect(spread(geometry.within(rect))).toEqual(touched(geometry, rect));
    }
  });

  it('moves the window only as far as it must', () => {
    const geometry = new Geometry(layout);
    expect(geometry.reveal(0, 0, 300)).toBe(0);
    expect(geometry.reveal(4, 0, 300)).toBe(0);
    expect(geometry.reveal(12, 0, 300)).toBe(330 + 100 - 300);
    expect(geometry.reveal(0, 200, 300)).toBe(0);
  });
});

describe('move', () => {
  const grid = { columns: 4, count: 23, rowsPerPage: 2 };
  it.each([
    ['ArrowLeft', 0, 0],
    ['ArrowLeft', 4, 3],
    ['ArrowRight', 22, 22],
    ['ArrowRight', 3, 4],
    ['ArrowUp', 2, 2],
    ['ArrowUp', 9, 5],
    ['ArrowDown', 9, 13],
    ['ArrowDown', 19, 22],
    ['ArrowDown', 21, 21],
    ['PageDown', 1, 9],
    ['PageDown', 17, 21],
    ['PageDown', 19, 22],
    ['PageUp', 9, 1],
    ['PageUp', 6, 2],
    ['Home', 17, 0],
    ['End', 3, 22],
  ])('%s from %i leads to %i', (key, from, to) => {
    expect(move(key, from, grid)).toBe(to);
  });

  it('leaves other keys alone', () => {
    expect(move('a', 3, grid)).toBeNull();
  });
});
