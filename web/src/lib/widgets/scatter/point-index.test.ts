import { describe, expect, it } from 'vitest';
import { mixedOrder } from './painter';
import { PointIndex } from './point-index';

/** Numbers that look random and are always the same. */
function cloud(count: number): Float32Array {
  const order = mixedOrder(2 * count);
  return Float32Array.from(order, (value) => value / (2 * count));
}

function nearestByHand(xy: Float32Array, x: number, y: number, radius: number): number {
  let [found, best] = [-1, radius];
  for (let at = 0; at < xy.length / 2; at++) {
    const far = Math.hypot((xy[2 * at] as number) - x, (xy[2 * at + 1] as number) - y);
    if (far <= best && (far < best || found === -1)) [found, best] = [at, far];
  }
  return found;
}

describe('PointIndex', () => {
  it('finds the same point as a search through all', () => {
    const xy = cloud(3000);
    const index = new PointIndex(xy);
    for (let at = 0; at < 200; at++) {
      const [x, y] = [(at * 0.618) % 1.1, (at * 0.414) % 1.1];
      for (const radius of [0.001, 0.02, 0.5]) {
        expect(index.nearest({ x, y }, radius)).toBe(nearestByHand(xy, x, y, radius));
      }
    }
  });

  it('leaves out points that are not taken', () => {
    const index = new PointIndex(Float32Array.of(0, 0, 1, 0, 5, 5));
    expect(index.nearest({ x: 0.1, y: 0 }, 2)).toBe(0);
    expect(index.nearest({ x: 0.1, y: 0 }, 2, (at) => at !== 0)).toBe(1);
    expect(index.nearest({ x: 0.1, y: 0 }, 2, () => false)).toBe(-1);
  });

  it('finds what lies within bounds, each once', () => {
    const xy = cloud(5000);
    const bounds = { left: 0.2, right: 0.45, bottom: 0.6, top: 0.61 };
    const expected = Array.from({ length: 5000 }, (_, at) => at).filter((at) => {
      const [x, y] = [xy[2 * at] as number, xy[2 * at + 1] as number];
      return x >= 0.2 && x <= 0.45 && y >= 0.6 && y <= 0.61;
    });
    expect(expected.length).toBeGreaterThan(3);
    expect(new PointIndex(xy).within(bounds)).toEqual(expected);
  });

  it('takes no points, one point, and points on one place or line', () => {
    expect(new PointIndex(new Float32Array()).nearest({ x: 0, y: 0 }, 9)).toBe(-1);
    expect(new PointIndex(Float32Array.of(2, 3)).nearest({ x: 2, y: 2.5 }, 1)).toBe(0);
    expect(new PointIndex(new Float32Array(200)).nearest({ x: 0, y: 0 }, 1)).toBe(0);
    const row = Float32Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? at : 7));
    expect(new PointIndex(row).nearest({ x: 101, y: 7 }, 2)).toBe(50);
  });
});
