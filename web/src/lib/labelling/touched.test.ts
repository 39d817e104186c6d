import { describe, expect, it } from 'vitest';
import { touchedBy, type Box } from './touched';

const cells = { columns: 4, size: 100 };
const gap = 10;

/** Looks at each cell by itself. */
function slowly(box: Box, count: number): number[] {
  return Array.from({ length: count }, (_, index) => index).filter((index) => {
    const left = (index % cells.columns) * (cells.size + gap);
    const top = Math.floor(index / cells.columns) * (cells.size + gap);
    const across = box.left < left + cells.size && box.right >= left;
    return across && box.top < top + cells.size && box.bottom >= top;
  });
}

const flat = (box: Box, count: number) =>
  touchedBy(box, cells, count, gap).flatMap(({ start, end }) =>
    Array.from({ length: end - start }, (_, at) => start + at),
  );

describe('touchedBy', () => {
  it.each<Box>([
    { left: 0, top: 0, right: 10, bottom: 10 },
    { left: 50, top: 50, right: 250, bottom: 170 },
    { left: 101, top: 5, right: 108, bottom: 20 },
    { left: 330, top: 0, right: 900, bottom: 900 },
    { left: -40, top: -40, right: 500, bottom: 500 },
    { left: 0, top: 105, right: 400, bottom: 108 },
  ])('finds what a look at each cell finds: %o', (box) => {
    expect(flat(box, 10)).toEqual(slowly(box, 10));
  });

  it('touches nothing where there are no pictures', () => {
    expect(touchedBy({ left: 0, top: 0, right: 50, bottom: 50 }, cells, 0, gap)).toEqual([]);
  });
});
