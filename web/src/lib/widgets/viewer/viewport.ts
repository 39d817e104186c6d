/** How a picture lies in a window: plain arithmetic of zooming and moving.
 *
 * A point of the picture at (px, py), in its own pixels, stands in the window at
 * (x + px * scale, y + py * scale). */

export interface Size {
  width: number;
  height: number;
}

export interface View {
  scale: number;
  x: number;
  y: number;
}

/** The highest scale: one pixel of the picture becomes 16 of the window, or more for tiny ones. */
const MOST = 16;

export class Viewport {
  picture: Size = { width: 0, height: 0 };
  window: Size = { width: 0, height: 0 };
  view: View = { scale: 1, x: 0, y: 0 };
  /** Whether the picture is to stay fitted when the window changes. */
  fitted = true;

  /** The scale at which the whole picture just fits. Small pictures are not blown up beyond 4. */
  get fitScale(): number {
    const { picture, window } = this;
    if (picture.width <= 0 || picture.height <= 0) return 1;
    return Math.min(window.width / picture.width, window.height / picture.height, 4);
  }

  get leastScale(): number {
    return Math.min(this.fitScale, 1);
  }

  get mostScale(): number {
    return Math.max(MOST, this.fitScale * 2);
  }

  /** Takes another picture or window. A fitted picture is fitted again; else the point in the
   * middle stays in the middle. */
  resize(picture: Size, window: Size): void {
    const middle = {
      x: (this.window.width / 2 - this.view.x) / this.view.scale,
      y: (this.window.height / 2 - this.view.y) / this.view.scale,
    };
    const other = picture.width !== this.picture.width || picture.height !== this.picture.height;
    this.picture = picture;
    this.window = window;
    if (this.fitted || other) this.fit();
    else {
      const { scale } = this.view;
      this.#put(scale, window.width / 2 - middle.x * scale, window.height / 2 - middle.y * scale);
    }
  }

  fit(): void {
    this.fitted = true;
    this.#put(this.fitScale, 0, 0);
  }

  /** One pixel of the picture is one of the window, around a point of the window. */
  actualSize(at: { x: number; y: number } = this.#middle()): void {
    this.zoomTo(1, at);
  }

  /** Zooms by a factor; what lies under the point stays there. */
  zoomBy(factor: number, at: { x: number; y: number } = this.#middle()): void {
    this.zoomTo(this.view.scale * factor, at);
  }

  zoomTo(wanted: number, at: { x: number; y: number } = this.#middle()): void {
    const { scale, x, y } = this.view;
    const next = Math.min(Math.max(wanted, this.leastScale), this.mostScale);
    this.fitted = Math.abs(next - this.fitScale) < 1e-9;
    const ratio = next / scale;
    this.#put(next, at.x - (at.x - x) * ratio, at.y - (at.y - y) * ratio);
  }

  /** Moves the picture. Returns whether it could be moved at all. */
  pan(dx: number, dy: number): boolean {
    const before = this.view;
    this.#put(before.scale, before.x + dx, before.y + dy);
    return this.view.x !== before.x || this.view.y !== before.y;
  }

  /** Keeps the picture from leaving the window: centred along a side on which it fits, and with no
   * gap along one on which it does not. */
  #put(scale: number, x: number, y: number): void {
    const { picture, window } = this;
    this.view = {
      scale,
      x: within(x, window.width, picture.width * scale),
      y: within(y, window.height, picture.height * scale),
    };
  }

  #middle(): { x: number; y: number } {
    return { x: this.window.width / 2, y: this.window.height / 2 };
  }
}

function within(position: number, room: number, length: number): number {
  if (length <= room) return (room - length) / 2;
  return Math.min(0, Math.max(room - length, position));
}
