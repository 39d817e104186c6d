/** Which cells of a sheet a drawn rectangle touches. */
import type { Range } from '$lib/widgets/grid/geometry';
import type { Cells } from './fit-cells';

/** px, from the corner of the first cell. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The cells as ranges of indices, one for each row that is touched. */
export function touchedBy(box: Box, { columns, size }: Cells, count: number, gap: number): Range[] {
  const pitch = size + gap;
  // A rectangle that ends in the gap behind a cell does not reach the next one.
  const first = (px: number) => Math.max(0, Math.floor((px + gap) / pitch));
  const last = (px: number) => Math.floor(px / pitch);
  const left = first(box.left);
  const right = Math.min(columns - 1, last(box.right));
  const ranges: Range[] = [];
  for (let row = first(box.top); row <= last(box.bottom); row++) {
    const start = row * columns + left;
    const end = Math.min(count, row * columns + right + 1);
    if (start >= count) break;
    if (start < end) ranges.push({ start, end });
  }
  return ranges;
}
