import { describe, expect, it } from 'vitest';
import { boundsOf, Camera } from './camera';

const WINDOW = { width: 400, height: 200 };
const SQUARE = { left: -1, right: 1, bottom: -1, top: 1 };

function fitted(): Camera {
  const camera = new Camera();
  camera.fit(SQUARE, WINDOW);
  return camera;
}

describe('Camera', () => {
  it('fits a cloud into the middle, with both sides at one scale', () => {
    const camera = fitted();
    expect(camera.toWindow({ x: 0, y: 0 })).toEqual({ x: 200, y: 100 });
    expect(camera.scale).toBeCloseTo(90);
    expect(camera.toWindow({ x: 1, y: 1 })).toEqual({ x: 290, y: 10 });
    expect(camera.zoom).toBe(1);
  });

  it('turns places of the window into places of the cloud and back', () => {
    const camera = fitted();
    camera.zoomBy(3.7, { x: 31, y: 7 });
    camera.pan(-12, 5);
    const place = camera.toCloud({ x: 123, y: 45 });
    expect(camera.toWindow(place).x).toBeCloseTo(123);
    expect(camera.toWindow(place).y).toBeCloseTo(45);
  });

  it('keeps what lies under the pointer where it is while zooming', () => {
    const camera = fitted();
    const before = camera.toCloud({ x: 350, y: 20 });
    camera.zoomBy(5, { x: 350, y: 20 });
    expect(camera.toCloud({ x: 350, y: 20 }).x).toBeCloseTo(before.x);
    expect(camera.toCloud({ x: 350, y: 20 }).y).toBeCloseTo(before.y);
    expect(camera.zoom).toBeCloseTo(5);
  });

  it('zooms neither for ever in nor for ever out', () => {
    const camera = fitted();
    camera.zoomBy(1e12);
    expect(camera.zoom).toBeCloseTo(4000);
    camera.zoomBy(1e-12);
    expect(camera.zoom).toBeCloseTo(0.2);
  });

  it('keeps the middle in the middle when the window changes', () => {
    const camera = fitted();
    camera.centre({ x: 0.5, y: -0.25 });
    camera.resize({ width: 100, height: 300 });
    expect(camera.toWindow({ x: 0.5, y: -0.25 })).toEqual({ x: 50, y: 150 });
  });

  it('tells what is in sight', () => {
    const { left, right, bottom, top } = fitted().view;
    expect([left, right]).toEqual([-200 / 90, 200 / 90]);
    expect([bottom, top]).toEqual([-100 / 90, 100 / 90]);
  });

  it('survives a cloud of one point and a window of no size', () => {
    const camera = new Camera();
    camera.fit({ left: 3, right: 3, bottom: 4, top: 4 }, WINDOW);
    expect(camera.toWindow({ x: 3, y: 4 })).toEqual({ x: 200, y: 100 });
    camera.fit(SQUARE, { width: 0, height: 0 });
    expect(camera.scale).toBe(1);
  });
});

describe('boundsOf', () => {
  it('are those of all points', () => {
    expect(boundsOf(Float32Array.of(1, 5, -2, 7, 0, 6))).toEqual({
      left: -2,
      right: 1,
      bottom: 5,
      top: 7,
    });
    expect(boundsOf(new Float32Array())).toEqual(SQUARE);
  });

  it('leave out a few points that lie very far away', () => {
    const xy = Float32Array.from({ length: 20_000 }, (_, at) => Math.sin(at));
    xy[0] = 1e6;
    expect(boundsOf(xy).right).toBeCloseTo(1, 1);
  });
});
