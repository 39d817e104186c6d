/** Finds points of a cloud by where they are: a grid of cells, each with the points in it. */
import type { Bounds, Place } from './camera';

/** So many points lie in a cell on the average. */
const PER_CELL = 4;
const MOST_CELLS = 1024;

export class PointIndex {
  readonly count: number;
  #xy: Float32Array;
  #across: number;
  #up: number;
  #left = 0;
  #bottom = 0;
  #cellWidth = 1;
  #cellHeight = 1;
  /** Where each cell's points begin in `#members`, and one more at the end. */
  #starts: Uint32Array;
  #members: Uint32Array;

  constructor(xy: Float32Array) {
    this.#xy = xy;
    this.count = xy.length / 2;
    const side = Math.ceil(Math.sqrt(this.count / PER_CELL));
    this.#across = this.#up = Math.min(Math.max(side, 1), MOST_CELLS);
    this.#measure();
    this.#starts = new Uint32Array(this.#across * this.#up + 1);
    this.#members = new Uint32Array(this.count);
    this.#fill();
  }

  /** The point that is closest to a place and no further from it than `radius`; -1 if none is.
   *
   * `taken` leaves out those for which it is false. */
  nearest({ x, y }: Place, radius: number, taken: (index: number) => boolean = () => true): number {
    let [found, best] = [-1, radius * radius];
    this.#visit(
      { left: x - radius, right: x + radius, bottom: y - radius, top: y + radius },
      (at) => {
        const dx = (this.#xy[2 * at] as number) - x;
        const dy = (this.#xy[2 * at + 1] as number) - y;
        const far = dx * dx + dy * dy;
        if (far <= best && taken(at) && (far < best || found === -1)) [found, best] = [at, far];
      },
    );
    return found;
  }

  /** The points within bounds, ascending. */
  within(bounds: Bounds): number[] {
    const found: number[] = [];
    this.#visit(bounds, (at) => {
      const x = this.#xy[2 * at] as number;
      const y = this.#xy[2 * at + 1] as number;
      if (x >= bounds.left && x <= bounds.right && y >= bounds.bottom && y <= bounds.top) {
        found.push(at);
      }
    });
    return found.sort((a, b) => a - b);
  }

  #visit({ left, right, bottom, top }: Bounds, visit: (index: number) => void): void {
    if (this.count === 0) return;
    const [firstColumn, lastColumn] = [this.#column(left), this.#column(right)];
    for (let row = this.#row(bottom); row <= this.#row(top); row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const cell = row * this.#across + column;
        const end = this.#starts[cell + 1] as number;
        for (let at = this.#starts[cell] as number; at < end; at++) {
          visit(this.#members[at] as number);
        }
      }
    }
  }

  #measure(): void {
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let at = 0; at < this.#xy.length; at += 2) {
      const [x, y] = [this.#xy[at] as number, this.#xy[at + 1] as number];
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < bottom) bottom = y;
      if (y > top) top = y;
    }
    if (this.count === 0) return;
    this.#left = left;
    this.#bottom = bottom;
    this.#cellWidth = (right - left) / this.#across || 1;
    this.#cellHeight = (top - bottom) / this.#up || 1;
  }

  #fill(): void {
    const cells = new Uint32Array(this.count);
    for (let at = 0; at < this.count; at++) {
      const column = this.#column(this.#xy[2 * at] as number);
      const row = this.#row(this.#xy[2 * at + 1] as number);
      const cell = row * this.#across + column;
      cells[at] = cell;
      (this.#starts[cell + 1] as number)++;
    }
    for (let cell = 0; cell < this.#across * this.#up; cell++) {
      this.#starts[cell + 1] = (this.#starts[cell + 1] as number) + (this.#starts[cell] as number);
    }
    const next = this.#starts.slice();
    for (let at = 0; at < this.count; at++) {
      const cell = cells[at] as number;
      this.#members[next[cell] as number] = at;
      (next[cell] as number)++;
    }
  }

  #column(x: number): number {
    return clamped(Math.floor((x - this.#left) / this.#cellWidth), this.#across);
  }

  #row(y: number): number {
    return clamped(Math.floor((y - this.#bottom) / this.#cellHeight), this.#up);
  }
}

const clamped = (value: number, count: number) => Math.min(Math.max(value, 0), count - 1);
