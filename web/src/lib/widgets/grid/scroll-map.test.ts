import { describe, expect, it } from 'vitest';
import { CAP, ScrollMap } from './scroll-map';

const WINDOW = 900;

function mapOf(height: number): ScrollMap {
  const map = new ScrollMap();
  map.resize(height, WINDOW);
  return map;
}

/** A browser: keeps the position within the element. */
function scroll(map: ScrollMap, by: number): void {
  const to = Math.min(Math.max(map.elementTop + by, 0), map.elementHeight - WINDOW);
  map.scrolled(to);
}

describe('ScrollMap', () => {
  it('changes nothing where the grid fits', () => {
    const map = mapOf(50_000);
    expect(map.elementHeight).toBe(50_000);
    for (const top of [0, 120, 49_100]) {
      expect(map.scrolled(top)).toBeNull();
      expect(map.top).toBe(top);
      expect(map.offset).toBe(0);
    }
  });

  it('never asks for an element higher than the cap', () => {
    expect(mapOf(170_000_000).elementHeight).toBe(CAP);
  });

  it('maps there and back, rising, with both ends met', () => {
    const map = mapOf(170_000_000);
    let before = -1;
    for (let at = 0; at <= 1; at += 0.001) {
      const element = at * (CAP - WINDOW);
      const grid = map.toGrid(element);
      expect(grid).toBeGreaterThan(before);
      expect(map.toElement(grid)).toBeCloseTo(element, 3);
      before = grid;
    }
    expect(map.toGrid(0)).toBe(0);
    expect(map.toGrid(CAP - WINDOW)).toBe(170_000_000 - WINDOW);
  });

  it('moves by the same pixels as the wheel, wherever it stands', () => {
    const map = mapOf(170_000_000);
    for (const start of [0, 1_000_000, 85_000_000, 169_000_000]) {
      map.go(start);
      for (let turn = 0; turn < 50; turn++) {
        const before = map.top;
        scroll(map, 100);
        expect(map.top - before).toBeCloseTo(100, 6);
      }
    }
  });

  it.each([-120, -700])('comes to the very top by turns of %i px from anywhere', (turn) => {
    const map = mapOf(30_000_000);
    map.scrolled(1_000_000);
    const start = map.top;
    expect(start).toBeGreaterThan(3_000_000);
    let turns = 0;
    while (map.top > 0) {
      scroll(map, turn);
      if (++turns > 100_000) break;
    }
    expect(map.top).toBe(0);
    expect(map.elementTop).toBe(0);
    expect(turns).toBe(Math.ceil(start / -turn));
  });

  it('comes to the very end by turns of the wheel', () => {
    const map = mapOf(30_000_000);
    map.scrolled(7_000_000);
    const left = 30_000_000 - WINDOW - map.top;
    let turns = 0;
    while (map.top < 30_000_000 - WINDOW && turns <= 100_000) {
      scroll(map, 700);
      turns++;
    }
    expect(map.top).toBe(30_000_000 - WINDOW);
    expect(map.elementTop).toBe(CAP - WINDOW);
    expect(turns).toBe(Math.ceil(left / 700));
  });

  it('stretches a jump over the whole', () => {
    const map = mapOf(170_000_000);
    map.scrolled(CAP / 2);
    expect(map.top / 170_000_000).toBeCloseTo(0.5, 3);
  });

  it('keeps its place when the grid grows, and stays inside when it shrinks', () => {
    const map = mapOf(170_000_000);
    map.go(90_000_000);
    map.resize(180_000_000, 700);
    expect(map.top).toBe(90_000_000);
    map.resize(2_000, 700);
    expect(map.top).toBe(1_300);
    expect(map.elementTop).toBe(1_300);
    map.resize(0, 700);
    expect(map.top).toBe(0);
  });
});
