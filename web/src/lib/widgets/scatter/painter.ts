/** What draws points: with the graphics card where there is one, else by hand. */
import type { Camera } from './camera';
import { CanvasPainter } from './canvas-painter';
import { WebglPainter } from './webgl-painter';

export interface Cloud {
  /** `[x, y, x, y, ...]` */
  xy: Float32Array;
  /** Red, green, blue and how solid of each point, from 0 to 255. */
  rgba: Uint8Array;
  /** Points that stand out. */
  marked: Uint32Array;
  /** The order in which points are drawn: any part of it, from the first, is a fair sample. */
  order: Uint32Array;
}

export interface Painter {
  /** Takes over what is drawn from now on; parts that are the same object as before stay. */
  take(cloud: Cloud): void;
  /** Draws the first `count` points of the order and the marked ones.
   * @param ratio pixels of the screen for one of CSS
   * @param size how wide a point is, in pixels of CSS
   * @param mark the colour of the ring round marked points */
  paint(camera: Camera, options: PaintOptions): void;
  end(): void;
}

export interface PaintOptions {
  ratio: number;
  size: number;
  count: number;
  mark: readonly [number, number, number];
}

/** Returns what draws on a canvas, and whether it is the graphics card. Raises: Error, where the
 * browser can do neither. */
export function painterFor(canvas: HTMLCanvasElement): { painter: Painter; fast: boolean } {
  const gl = canvas.getContext('webgl2', {
    alpha: true,
    antialias: false,
    premultipliedAlpha: true,
    powerPreference: 'high-performance',
  });
  if (gl !== null) return { painter: new WebglPainter(gl), fast: true };
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser cannot draw: neither WebGL nor a canvas.');
  return { painter: new CanvasPainter(context), fast: false };
}

/** Numbers from 0 in an order that is mixed, and always the same. */
export function mixedOrder(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  let state = 0x2545f491;
  for (let at = count - 1; at > 0; at--) {
    // Source: Marsaglia, Xorshift RNGs, Journal of Statistical Software 8 (2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  return order;
}

/** How wide a point is, in pixels: the fewer there are, and the closer one looks, the wider. */
export function pointSize(count: number, zoom: number): number {
  const base = Math.min(9, Math.max(2.6, 15 - 1.1 * Math.log2(Math.max(1, count) / 8)));
  return Math.min(16, base * Math.max(1, zoom) ** 0.35);
}
