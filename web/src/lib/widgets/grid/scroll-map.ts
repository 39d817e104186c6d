/** Scrolling through more pixels than a browser lets an element have (about 16.7 million).
 *
 * The element gets at most `cap` px. What the reader scrolls by wheel, finger or key moves the
 * grid by the same number of px; only a jump (the scroll bar is dragged) is stretched to the whole.
 * Near both ends element and grid run alike, so that the first and last row can be reached. */
import { clamp } from './geometry';

/** Well below the lowest cap of today's browsers. */
export const CAP = 8_000_000;

const ZONE = 40_000;

export class ScrollMap {
  /** Height of the whole grid and of the window on it, px. */
  height = 0;
  window = 0;
  /** Where the window stands: in the grid, and in the element that is really scrolled. */
  top = 0;
  elementTop = 0;

  constructor(readonly cap: number = CAP) {}

  /** Height that the element gets, px. */
  get elementHeight(): number {
    return Math.min(this.height, this.cap);
  }

  /** What to take from a position in the grid to get that in the element. */
  get offset(): number {
    return this.top - this.elementTop;
  }

  get #range(): number {
    return Math.max(0, this.height - this.window);
  }

  get #elementRange(): number {
    return Math.max(0, this.elementHeight - this.window);
  }

  get #zone(): number {
    return Math.min(ZONE, this.cap / 8);
  }

  /** Takes a new size; the window stays on the same pixels of the grid where it can.
   * Returns where the element must be scrolled to. */
  resize(height: number, window: number): number {
    this.height = height;
    this.window = window;
    return this.go(this.top);
  }

  /** Moves the window to a place in the grid. Returns where the element must be scrolled to. */
  go(top: number): number {
    this.top = clamp(top, 0, this.#range);
    this.elementTop = this.toElement(this.top);
    return this.elementTop;
  }

  /** Takes note that the element has been scrolled.
   *
   * Returns where the element must be scrolled to so that there is room to go on, or null (nearly
   * always) where it can stay. */
  scrolled(elementTop: number): number | null {
    const by = elementTop - this.elementTop;
    this.elementTop = elementTop;
    if (this.height <= this.cap) {
      this.top = clamp(elementTop, 0, this.#range);
      return null;
    }
    const jump = Math.abs(by) > 3 * Math.max(this.window, 300);
    this.top = clamp(jump ? this.toGrid(elementTop) : this.top + by, 0, this.#range);
    const zone = this.#zone;
    const nearEdge = elementTop < zone || elementTop > this.#elementRange - zone;
    const nearEnd = this.top < zone || this.top > this.#range - zone;
    if (!nearEdge && !nearEnd) return null;
    const proper = this.toElement(this.top);
    if (Math.abs(proper - elementTop) < 1) return null;
    this.elementTop = proper;
    return proper;
  }

  /** Alike in the first and last zone, stretched between them. */
  toGrid(elementTop: number): number {
    if (this.height <= this.cap) return elementTop;
    const zone = this.#zone;
    const fromEnd = this.#elementRange - elementTop;
    if (elementTop <= zone) return elementTop;
    if (fromEnd <= zone) return this.#range - fromEnd;
    const stretch = (this.#range - 2 * zone) / (this.#elementRange - 2 * zone);
    return zone + (elementTop - zone) * stretch;
  }

  toElement(top: number): number {
    if (this.height <= this.cap) return top;
    const zone = this.#zone;
    const fromEnd = this.#range - top;
    if (top <= zone) return top;
    if (fromEnd <= zone) return this.#elementRange - fromEnd;
    const stretch = (this.#range - 2 * zone) / (this.#elementRange - 2 * zone);
    return zone + (top - zone) / stretch;
  }
}
