import { describe, expect, it } from 'vitest';
import { RangeSet } from './range-set';

describe('RangeSet', () => {
  it('is empty at first', () => {
    const set = new RangeSet();
    expect(set.size).toBe(0);
    expect(set.has(0)).toBe(false);
    expect([...set]).toEqual([]);
  });

  it('does as a Set of numbers does', () => {
    let seed = 11;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    const set = new RangeSet();
    const plain = new Set<number>();
    for (let turn = 0; turn < 3000; turn++) {
      const start = random(120);
      const end = start + random(9);
      const adding = random(2) === 0;
      if (adding) set.add(start, end);
      else set.remove(start, end);
      for (let value = start; value < end; value++) {
        if (adding) plain.add(value);
        else plain.delete(value);
      }
      expect([...set]).toEqual([...plain].sort((a, b) => a - b));
      expect(set.size).toBe(plain.size);
      expect(set.has(start)).toBe(plain.has(start));
      for (let at = 1; at < set.ranges.length; at++) {
        expect(set.ranges[at]!.start).toBeGreaterThan(set.ranges[at - 1]!.end);
      }
    }
  });

  it('holds a million as one range', () => {
    const set = new RangeSet();
    set.add(0, 1_000_000);
    set.remove(500_000, 500_001);
    expect(set.ranges).toHaveLength(2);
    expect(set.size).toBe(999_999);
  });

  it('is independent of its copy', () => {
    const set = new RangeSet([{ start: 1, end: 4 }]);
    const copy = set.copy();
    set.add(9, 10);
    set.remove(1, 2);
    expect([...copy]).toEqual([1, 2, 3]);
  });
});
