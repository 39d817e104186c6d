import { describe, expect, it } from 'vitest';
import { Camera } from './camera';
import { CanvasPainter } from './canvas-painter';
import { FrameBudget } from './frame-budget';
import { mixedOrder, pointSize } from './painter';

describe('mixedOrder', () => {
  it('has each number once, mixed, and always the same', () => {
    const order = mixedOrder(5000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 5000 }, (_, at) => at));
    const early = order.slice(0, 500).filter((value) => value < 2500).length;
    expect(early).toBeGreaterThan(180);
    expect(early).toBeLessThan(320);
    expect(mixedOrder(5000)).toEqual(order);
    expect(mixedOrder(0)).toHaveLength(0);
  });
});

describe('pointSize', () => {
  it('is smaller for more points and wider when one looks closer', () => {
    const sizes = [10, 3000, 50_000, 200_000].map((count) => pointSize(count, 1));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(pointSize(200_000, 1)).toBeGreaterThan(2);
    expect(pointSize(200_000, 50)).toBeGreaterThan(2 * pointSize(200_000, 1));
    expect(pointSize(1, 1e6)).toBeLessThanOrEqual(16);
  });
});

describe('FrameBudget', () => {
  it('draws fewer points where frames are slow, and all again where they are quick', () => {
    const budget = new FrameBudget();
    expect(budget.count).toBe(Infinity);
    budget.note(200_000, 112);
    expect(budget.count).toBeCloseTo(50_000);
    budget.note(50_000, 28);
    expect(budget.count).toBeCloseTo(50_000);
    for (let turn = 0; turn < 20; turn++) budget.note(Math.min(200_000, budget.count), 12);
    expect(budget.count).toBeGreaterThanOrEqual(200_000);
  });

  it('never goes below what still looks like the cloud', () => {
    const budget = new FrameBudget();
    for (let turn = 0; turn < 9; turn++) budget.note(Math.min(200_000, budget.count), 900);
    expect(budget.count).toBe(15_000);
  });
});

describe('CanvasPainter', () => {
  it('draws what is in sight and solid, and marked points last', () => {
    const drawn: [string, number, number][] = [];
    const context = {
      fillStyle: '',
      setTransform: () => undefined,
      clearRect: () => undefined,
      fillRect(x: number, y: number) {
        drawn.push([this.fillStyle, x, y]);
      },
    };
    const painter = new CanvasPainter(context as unknown as CanvasRenderingContext2D);
    const camera = new Camera();
    camera.fit({ left: 0, right: 10, bottom: 0, top: 10 }, { width: 100, height: 100 });
    painter.take({
      xy: Float32Array.of(5, 5, 5, 5, 999, 5),
      rgba: Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 0, 0, 0, 255, 255),
      order: Uint32Array.of(2, 1, 0),
      marked: Uint32Array.of(0),
    });
    painter.paint(camera, { ratio: 1, size: 4, count: 3, mark: [1, 2, 3] });
    expect(drawn.map(([colour]) => colour)).toEqual([
      'rgb(255 0 0 / 1)',
      'rgb(1 2 3)',
      'rgb(255 0 0 / 1)',
    ]);
    expect(drawn[0]?.slice(1)).toEqual([48, 48]);
  });
});
