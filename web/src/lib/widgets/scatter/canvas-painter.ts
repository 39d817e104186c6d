/** Draws points by hand, where there is no WebGL: slower, and square. */
import type { Camera } from './camera';
import type { Cloud, Painter, PaintOptions } from './painter';

export class CanvasPainter implements Painter {
  #context: CanvasRenderingContext2D;
  #cloud: Cloud | null = null;

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
  }

  take(cloud: Cloud): void {
    this.#cloud = cloud;
  }

  paint(camera: Camera, { ratio, size, count, mark }: PaintOptions): void {
    const [context, cloud] = [this.#context, this.#cloud];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, camera.window.width, camera.window.height);
    if (cloud === null) return;
    const { order, marked } = cloud;
    let last = '';
    for (let at = 0; at < Math.min(count, order.length); at++) {
      const index = order[at] as number;
      const colour = this.#colour(cloud, index);
      if (colour === null) continue;
      if (colour !== last) context.fillStyle = last = colour;
      this.#dot(camera, cloud, index, size);
    }
    for (const index of marked) {
      context.fillStyle = `rgb(${mark.join(' ')})`;
      this.#dot(camera, cloud, index, size + 5);
      context.fillStyle = this.#colour(cloud, index) ?? `rgb(${mark.join(' ')})`;
      this.#dot(camera, cloud, index, size);
    }
  }

  end(): void {
    this.#cloud = null;
  }

  #colour({ rgba }: Cloud, index: number): string | null {
    const at = 4 * index;
    const solid = rgba[at + 3] as number;
    if (solid === 0) return null;
    return `rgb(${rgba[at]} ${rgba[at + 1]} ${rgba[at + 2]} / ${solid / 255})`;
  }

  #dot(camera: Camera, { xy }: Cloud, index: number, size: number): void {
    const x = camera.left + (xy[2 * index] as number) * camera.scale;
    const y = camera.top - (xy[2 * index + 1] as number) * camera.scale;
    const { width, height } = camera.window;
    if (x < -size || y < -size || x > width + size || y > height + size) return;
    this.#context.fillRect(x - size / 2, y - size / 2, size, size);
  }
}
