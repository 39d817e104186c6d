/** Where each of N equal cells stands: plain arithmetic, in pixels of the whole (virtual) grid. */

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Indices from `start` up to, but without, `end`. */
export interface Range {
  start: number;
  end: number;
}

export interface Layout {
  /** How many cells there are. */
  count: number;
  /** Width of the room for cells, px. */
  width: number;
  /** A cell is at least this wide, px; what is left over is shared out. */
  minCell: number;
  gap: number;
  /** Height of a cell's picture by its width: 1 is a square. */
  ratio: number;
  /** Height below the picture, for a caption, px. */
  caption: number;
}

export class Geometry {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
  /** Height of all rows with the gaps between them, px; may be far above what a browser allows. */
  readonly height: number;

  constructor({ count, width, minCell, gap, ratio, caption }: Layout) {
    this.count = Math.max(0, count);
    this.gap = gap;
    this.columns = Math.max(1, Math.floor((width + gap) / (minCell + gap)));
    this.cellWidth = Math.max(1, (width - gap * (this.columns - 1)) / this.columns);
    this.cellHeight = Math.round(this.cellWidth * ratio + caption);
    this.rows = Math.ceil(this.count / this.columns);
    this.height = this.rows === 0 ? 0 : this.rows * (this.cellHeight + gap) - gap;
  }

  /** From the top of a row to the top of the next, px. */
  get step(): number {
    return this.cellHeight + this.gap;
  }

  rowOf(index: number): number {
    return Math.floor(index / this.columns);
  }

  rectOf(index: number): Rect {
    const column = index % this.columns;
    return {
      x: column * (this.cellWidth + this.gap),
      y: this.rowOf(index) * this.step,
      width: this.cellWidth,
      height: this.cellHeight,
    };
  }

  /** The cells that stand in a window of the grid, and `overscan` rows above and below it. */
  visible(top: number, height: number, overscan = 0): Range {
    const first = Math.floor(top / this.step) - overscan;
    const last = Math.floor((top + height) / this.step) + overscan;
    return {
      start: clamp(first, 0, this.rows) * this.columns,
      end: Math.min(clamp(last + 1, 0, this.rows) * this.columns, this.count),
    };
  }

  /** The cell under a point, or null in a gap and outside. */
  indexAt(x: number, y: number): number | null {
    if (x < 0 || y < 0) return null;
    const column = Math.floor(x / (this.cellWidth + this.gap));
    const row = Math.floor(y / this.step);
    if (column >= this.columns) return null;
    if (x - column * (this.cellWidth + this.gap) > this.cellWidth) return null;
    if (y - row * this.step > this.cellHeight) return null;
    const index = row * this.columns + column;
    return index < this.count ? index : null;
  }

  /** The cells that a rectangle touches, as ranges in rising order. */
  within(rect: Rect): Range[] {
    const right = rect.x + rect.width;
    const bottom = rect.y + rect.height;
    const stride = this.cellWidth + this.gap;
    // A cell is touched from its left edge to its right one, so the gap before it does not count.
    const fromColumn = Math.max(0, Math.ceil((rect.x - this.cellWidth) / stride));
    const toColumn = Math.min(this.columns - 1, Math.floor(right / stride));
    const fromRow = Math.max(0, Math.ceil((rect.y - this.cellHeight) / this.step));
    const toRow = Math.min(this.rows - 1, Math.floor(bottom / this.step));
    if (toColumn < fromColumn || toRow < fromRow) return [];
    if (fromColumn === 0 && toColumn === this.columns - 1) {
      const end = Math.min((toRow + 1) * this.columns, this.count);
      return [{ start: fromRow * this.columns, end }];
    }
    const ranges: Range[] = [];
    for (let row = fromRow; row <= toRow; row++) {
      const start = row * this.columns + fromColumn;
      const end = Math.min(row * this.columns + toColumn + 1, this.count);
      if (start < end) ranges.push({ start, end });
    }
    return ranges;
  }

  /** Where the window must stand so that a cell is seen whole, moved as little as can be. */
  reveal(index: number, top: number, height: number): number {
    const { y, height: cell } = this.rectOf(index);
    if (y < top || cell > height) return y;
    if (y + cell > top + height) return y + cell - height;
    return top;
  }
}

/** Which cell a key leads to; null for a key that does not move. */
export function move(
  key: string,
  index: number,
  { columns, count, rowsPerPage }: { columns: number; count: number; rowsPerPage: number },
): number | null {
  if (count === 0) return null;
  const last = count - 1;
  const page = Math.max(1, rowsPerPage) * columns;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, index - 1);
    case 'ArrowRight':
      return Math.min(last, index + 1);
    case 'ArrowUp':
      return index - columns >= 0 ? index - columns : index;
    case 'ArrowDown':
      return down(index, columns, columns, last);
    case 'PageUp':
      return index - page >= 0 ? index - page : index % columns;
    case 'PageDown':
      return down(index, page, columns, last);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** Straight down where a cell stands there, else the last cell if it is in a row further down. */
function down(index: number, by: number, columns: number, last: number): number {
  if (index + by <= last) return index + by;
  const lastRow = Math.floor(last / columns);
  const below = lastRow * columns + (index % columns);
  if (below <= last && below > index) return below;
  return Math.floor(index / columns) < lastRow ? last : index;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
