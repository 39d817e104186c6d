/** A set of whole numbers as ranges: all of a million cells are one entry. */
import type { Range } from './geometry';

export class RangeSet {
  #ranges: Range[] = [];

  constructor(ranges: Iterable<Range> = []) {
    for (const range of ranges) this.add(range.start, range.end);
  }

  /** In rising order, never touching. */
  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  get size(): number {
    return this.#ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  has(value: number): boolean {
    const at = this.#firstEndingAfter(value);
    const range = this.#ranges[at];
    return range !== undefined && range.start <= value;
  }

  /** Adds start up to, but without, end. */
  add(start: number, end: number): void {
    if (start >= end) return;
    const from = this.#firstEndingAfter(start - 1);
    let to = from;
    let [low, high] = [start, end];
    for (let next = this.#ranges[to]; next && next.start <= end; next = this.#ranges[++to]) {
      low = Math.min(low, next.start);
      high = Math.max(high, next.end);
    }
    this.#ranges.splice(from, to - from, { start: low, end: high });
  }

  remove(start: number, end: number): void {
    if (start >= end) return;
    const from = this.#firstEndingAfter(start);
    let to = from;
    const left: Range[] = [];
    for (let next = this.#ranges[to]; next && next.start < end; next = this.#ranges[++to]) {
      if (next.start < start) left.push({ start: next.start, end: start });
      if (next.end > end) left.push({ start: end, end: next.end });
    }
    this.#ranges.splice(from, to - from, ...left);
  }

  clear(): void {
    this.#ranges = [];
  }

  copy(): RangeSet {
    const copy = new RangeSet();
    copy.#ranges = this.#ranges.map((range) => ({ ...range }));
    return copy;
  }

  *[Symbol.iterator](): Generator<number> {
    for (const { start, end } of this.#ranges) {
      for (let value = start; value < end; value++) yield value;
    }
  }

  /** Position of the first range whose end lies above a value, by halving. */
  #firstEndingAfter(value: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as Range).end > value) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
