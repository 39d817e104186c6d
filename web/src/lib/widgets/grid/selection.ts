/** What is selected in a grid, and how clicks, keys and a drawn rectangle change it. */
import type { Range } from './geometry';
import { RangeSet } from './range-set';

export interface Modifiers {
  /** From the anchor to here. */
  shift?: boolean;
  /** In addition to what is selected: Ctrl, or Command on a Mac. */
  ctrl?: boolean;
}

export class Selection {
  #set = new RangeSet();
  /** What stood before the drag that is under way. */
  #before: RangeSet | null = null;
  #listeners = new Set<() => void>();
  /** From where a range is drawn: the cell chosen last without Shift. */
  anchor: number | null = null;

  get size(): number {
    return this.#set.size;
  }

  get ranges(): readonly Range[] {
    return this.#set.ranges;
  }

  has(index: number): boolean {
    return this.#set.has(index);
  }

  /** The indices in rising order. */
  [Symbol.iterator](): Generator<number> {
    return this.#set[Symbol.iterator]();
  }

  /** Calls back after each change. Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A click: alone it selects one, with Ctrl it turns one over, with Shift it selects up to
   * here from the anchor, with both it adds that range. */
  click(index: number, { shift = false, ctrl = false }: Modifiers = {}): void {
    if (shift && this.anchor !== null) {
      if (!ctrl) this.#set.clear();
      this.#set.add(Math.min(this.anchor, index), Math.max(this.anchor, index) + 1);
    } else if (ctrl) {
      if (this.#set.has(index)) this.#set.remove(index, index + 1);
      else this.#set.add(index, index + 1);
      this.anchor = index;
    } else {
      this.#set.clear();
      this.#set.add(index, index + 1);
      this.anchor = index;
    }
    this.#changed();
  }

  toggle(index: number): void {
    this.click(index, { ctrl: true });
  }

  add(start: number, end: number): void {
    this.#set.add(start, end);
    this.#changed();
  }

  remove(start: number, end: number): void {
    this.#set.remove(start, end);
    this.#changed();
  }

  all(count: number): void {
    this.#set.clear();
    this.#set.add(0, count);
    this.#changed();
  }

  invert(count: number): void {
    const before = this.#set.copy();
    this.#set.clear();
    this.#set.add(0, count);
    for (const { start, end } of before.ranges) this.#set.remove(start, end);
    this.#changed();
  }

  clear(): void {
    if (this.#set.size === 0 && this.anchor === null) return;
    this.#set.clear();
    this.anchor = null;
    this.#changed();
  }

  /** A rectangle begins to be drawn. */
  startDrag(): void {
    this.#before = this.#set.copy();
  }

  /** The rectangle now touches these cells: they replace the selection; with Ctrl they are turned
   * over in it, with Shift they are added to it. */
  drag(touched: readonly Range[], { shift = false, ctrl = false }: Modifiers = {}): void {
    const before = this.#before ?? new RangeSet();
    const next = shift || ctrl ? before.copy() : new RangeSet();
    for (const { start, end } of touched) {
      if (!ctrl || shift) {
        next.add(start, end);
        continue;
      }
      for (let index = start; index < end; index++) {
        if (before.has(index)) next.remove(index, index + 1);
        else next.add(index, index + 1);
      }
    }
    this.#set = next;
    this.#changed();
  }

  endDrag(): void {
    this.#before = null;
    this.anchor = this.#set.ranges[0]?.start ?? null;
  }

  /** Puts back what stood before the drag. */
  cancelDrag(): void {
    if (this.#before === null) return;
    this.#set = this.#before;
    this.#before = null;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
