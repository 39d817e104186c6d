/** How a cloud of points lies in a window: plain arithmetic of zooming and moving.
 *
 * A point (x, y) of the cloud, whose y grows upwards, stands in the window at
 * (left + x * scale, top - y * scale), in pixels of CSS. */

export interface Size {
  width: number;
  height: number;
}

export interface Place {
  x: number;
  y: number;
}

export interface Bounds {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** How much further in than the whole cloud one can go. */
const MOST_ZOOM = 4000;
const LEAST_ZOOM = 0.2;
/** What stays free around a cloud that is fitted, as a share of the window. */
const MARGIN = 0.05;

export class Camera {
  scale = 1;
  left = 0;
  top = 0;
  window: Size = { width: 0, height: 0 };
  #fitScale = 1;

  /** How far in: 1 where the whole cloud is in sight. */
  get zoom(): number {
    return this.scale / this.#fitScale;
  }

  /** Puts the bounds in the middle of the window, as large as they fit. */
  fit({ left, right, bottom, top }: Bounds, window: Size = this.window): void {
    this.window = window;
    const [across, up] = [Math.max(right - left, 1e-9), Math.max(top - bottom, 1e-9)];
    const free = 1 - 2 * MARGIN;
    const scale = Math.min((window.width * free) / across, (window.height * free) / up);
    this.#fitScale = scale > 0 && Number.isFinite(scale) ? scale : 1;
    this.scale = this.#fitScale;
    this.centre({ x: (left + right) / 2, y: (bottom + top) / 2 });
  }

  /** Takes another window; what is in its middle stays there. */
  resize(window: Size): void {
    const middle = this.toCloud({ x: this.window.width / 2, y: this.window.height / 2 });
    this.window = window;
    this.centre(middle);
  }

  /** Puts a point of the cloud into the middle of the window. */
  centre({ x, y }: Place): void {
    this.left = this.window.width / 2 - x * this.scale;
    this.top = this.window.height / 2 + y * this.scale;
  }

  /** Zooms by a factor; what lies under the place of the window stays there. */
  zoomBy(factor: number, at: Place = this.#middle()): void {
    const kept = this.toCloud(at);
    const zoom = Math.min(Math.max(this.zoom * factor, LEAST_ZOOM), MOST_ZOOM);
    this.scale = zoom * this.#fitScale;
    this.left = at.x - kept.x * this.scale;
    this.top = at.y + kept.y * this.scale;
  }

  /** Moves by pixels of the window. */
  pan(dx: number, dy: number): void {
    this.left += dx;
    this.top += dy;
  }

  toCloud({ x, y }: Place): Place {
    return { x: (x - this.left) / this.scale, y: (this.top - y) / this.scale };
  }

  toWindow({ x, y }: Place): Place {
    return { x: this.left + x * this.scale, y: this.top - y * this.scale };
  }

  /** What of the cloud is in the window. */
  get view(): Bounds {
    const { width, height } = this.window;
    const [from, to] = [this.toCloud({ x: 0, y: height }), this.toCloud({ x: width, y: 0 })];
    return { left: from.x, right: to.x, bottom: from.y, top: to.y };
  }

  #middle(): Place {
    return { x: this.window.width / 2, y: this.window.height / 2 };
  }
}

/** The bounds of a cloud, `[x, y, x, y, ...]`. A few points that lie very far out do not count, for
 * all others would shrink to a dot. */
export function boundsOf(xy: Float32Array): Bounds {
  if (xy.length === 0) return { left: -1, right: 1, bottom: -1, top: 1 };
  const [left, right] = extent(xy, 0);
  const [bottom, top] = extent(xy, 1);
  return { left, right, bottom, top };
}

/** Quantiles are taken from so many points at most. */
const SAMPLE = 20_000;

function extent(xy: Float32Array, side: 0 | 1): [number, number] {
  const step = Math.max(1, Math.floor(xy.length / 2 / SAMPLE));
  const some: number[] = [];
  let [low, high] = [Infinity, -Infinity];
  for (let at = side, number = 0; at < xy.length; at += 2, number++) {
    const value = xy[at] as number;
    if (value < low) low = value;
    if (value > high) high = value;
    if (number % step === 0) some.push(value);
  }
  some.sort((a, b) => a - b);
  const last = some.length - 1;
  const inner = [some[Math.floor(last * 0.002)], some[Math.ceil(last * 0.998)]] as [number, number];
  const room = inner[1] - inner[0];
  return high - low > 2 * room && room > 0 ? [inner[0], inner[1]] : [low, high];
}
