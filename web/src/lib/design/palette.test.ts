import { describe, expect, it } from 'vitest';
import { contrast } from './contrast';
import { classColour } from './palette';

const all = Array.from({ length: 36 }, (_, number) => classColour(number));

describe('classColour', () => {
  it('gives 36 different colours and then the first again', () => {
    expect(new Set(all).size).toBe(36);
    expect(classColour(36)).toBe(classColour(0));
  });

  it.each(all)('%s can be seen on light and on dark ground', (colour) => {
    expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(contrast(colour, '#ffffff')).toBeGreaterThanOrEqual(3);
    expect(contrast(colour, '#181c1a')).toBeGreaterThanOrEqual(3);
  });

  it('keeps the first twelve well apart', () => {
    const channels = all
      .slice(0, 12)
      .map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
    for (const [at, one] of channels.entries()) {
      for (const other of channels.slice(at + 1)) {
        expect(Math.hypot(...one.map((value, axis) => value - other[axis]!))).toBeGreaterThan(30);
      }
    }
  });
});
