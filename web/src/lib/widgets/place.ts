/** Where something that floats stands beside what it belongs to, in px of the window. */

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface PlaceOptions {
  side?: 'below' | 'above';
  /** Which edges stand in line. */
  align?: 'start' | 'centre' | 'end';
  gap?: number;
  /** Least distance from the edge of the window. */
  margin?: number;
}

/** The wanted side if there is room, else the other one if there is more room; never outside. */
export function place(
  anchor: Box,
  size: { width: number; height: number },
  window: { width: number; height: number },
  { side = 'below', align = 'start', gap = 4, margin = 8 }: PlaceOptions = {},
): { left: number; top: number; side: 'below' | 'above' } {
  const room = {
    above: anchor.top - gap - margin,
    below: window.height - (anchor.top + anchor.height) - gap - margin,
  };
  const other = side === 'below' ? 'above' : 'below';
  const chosen = room[side] >= size.height || room[side] >= room[other] ? side : other;
  const top =
    chosen === 'below' ? anchor.top + anchor.height + gap : anchor.top - gap - size.height;
  const left = {
    start: anchor.left,
    centre: anchor.left + anchor.width / 2 - size.width / 2,
    end: anchor.left + anchor.width - size.width,
  }[align];
  return {
    left: within(left, margin, window.width - size.width - margin),
    top: within(top, margin, window.height - size.height - margin),
    side: chosen,
  };
}

function within(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
