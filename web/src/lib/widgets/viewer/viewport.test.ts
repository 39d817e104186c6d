import { describe, expect, it } from 'vitest';
import { Viewport } from './viewport';

function viewport(picture = { width: 4000, height: 3000 }, window = { width: 1000, height: 600 }) {
  const view = new Viewport();
  view.resize(picture, window);
  return view;
}

describe('Viewport', () => {
  it('fits a picture into the middle', () => {
    expect(viewport().view).toEqual({ scale: 0.2, x: 100, y: 0 });
    expect(viewport({ width: 10, height: 10 }).view).toEqual({ scale: 4, x: 480, y: 280 });
  });

  it('copes with nothing', () => {
    const view = viewport({ width: 0, height: 0 }, { width: 0, height: 0 });
    view.zoomBy(3);
    view.pan(5, 5);
    expect(Object.values(view.view).every(Number.isFinite)).toBe(true);
  });

  it('leaves what lies under the pointer where it is', () => {
    const view = viewport();
    view.zoomBy(4);
    const at = { x: 620, y: 210 };
    const under = () => [
      (at.x - view.view.x) / view.view.scale,
      (at.y - view.view.y) / view.view.scale,
    ];
    const before = under();
    for (const factor of [1.3, 1.3, 0.9]) {
      view.zoomBy(factor, at);
      under().forEach((value, axis) => expect(value).toBeCloseTo(before[axis]!, 6));
    }
    expect(view.fitted).toBe(false);
  });

  it('never leaves a gap beside a picture that is larger than the window', () => {
    const view = viewport();
    view.actualSize();
    expect(view.view.scale).toBe(1);
    expect(view.pan(1e6, 1e6)).toBe(true);
    expect(view.view).toEqual({ scale: 1, x: 0, y: 0 });
    expect(view.pan(10, 0)).toBe(false);
    view.pan(-1e6, -1e6);
    expect(view.view).toEqual({ scale: 1, x: 1000 - 4000, y: 600 - 3000 });
  });

  it('has bounds', () => {
    const view = viewport();
    view.zoomBy(1e-9);
    expect(view.view.scale).toBe(0.2);
    expect(view.fitted).toBe(true);
    view.zoomBy(1e9);
    expect(view.view.scale).toBe(16);
  });

  it('stays fitted in another window, and keeps its middle where it is zoomed', () => {
    const view = viewport();
    view.resize(view.picture, { width: 500, height: 600 });
    expect(view.view.scale).toBe(0.125);
    view.actualSize();
    const middle = (250 - view.view.x) / view.view.scale;
    view.resize(view.picture, { width: 900, height: 600 });
    expect((450 - view.view.x) / view.view.scale).toBeCloseTo(middle, 6);
    view.resize({ width: 100, height: 100 }, view.window);
    expect(view.fitted).toBe(true);
  });
});
