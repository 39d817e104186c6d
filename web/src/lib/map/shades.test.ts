import { describe, expect, it } from 'vitest';
import { contrast } from '$lib/design/contrast';
import type { Category, MapColours } from './map-bytes';
import { channelsOf, linesOf, scaleColour, scaleOf, shadesOf } from './shades';

const category = (name: string, more: Partial<Category> = {}): Category => ({
  name,
  tone: 'own',
  colour: null,
  count: 1,
  choice_id: null,
  ...more,
});

const byClass: MapColours = {
  title: '',
  note: '',
  categories: [category('rust', { colour: '#102030' }), category('none', { tone: 'grey' })],
  values: Uint16Array.of(1, 0, 0),
};
const solid = (rgba: Uint8Array) => [...rgba].filter((_, at) => at % 4 === 3);

describe('shades', () => {
  it('give each picture the colour of its line', () => {
    const rgba = shadesOf(byClass, null);
    expect([...rgba.slice(4, 7)]).toEqual([16, 32, 48]);
    expect(rgba.slice(4, 8)).toEqual(rgba.slice(8, 12));
    expect([...rgba.slice(0, 3)]).toEqual(channelsOf(linesOf(byClass)[1]?.colour ?? ''));
    // Those that say nothing stand back.
    expect(rgba[3]).toBeLessThan(rgba[7] as number);
  });

  it('let all but the chosen lines fade', () => {
    const [first, second] = solid(shadesOf(byClass, new Set([1])));
    expect(first).toBeGreaterThan(200);
    expect(second).toBeLessThan(60);
  });

  it('give lines without a colour different ones', () => {
    const many = { ...byClass, categories: ['a', 'b', 'c'].map((name) => category(name)) };
    expect(new Set(linesOf(many).map(({ colour }) => colour)).size).toBe(3);
    const alike = {
      ...many,
      categories: ['a', 'b'].map((name) => category(name, { colour: '#3d7fd9' })),
    };
    expect(linesOf(alike)[0]?.colour).toBe('#3d7fd9');
    expect(linesOf(alike)[1]?.colour).not.toBe('#3d7fd9');
  });

  it('go from dark to light with a number, and are grey without one', () => {
    const numbers = { ...byClass, categories: [], values: Float32Array.of(0, 5, 10, NaN) };
    expect(scaleOf(numbers)).toMatchObject({ least: 0, most: 10, missing: 1 });
    const rgba = shadesOf(numbers, null);
    const light = (at: number) =>
      0.3 * (rgba[4 * at] as number) +
      0.59 * (rgba[4 * at + 1] as number) +
      0.11 * (rgba[4 * at + 2] as number);
    expect(light(0)).toBeLessThan(light(1));
    expect(light(1)).toBeLessThan(light(2));
    expect(solid(rgba)[3]).toBeLessThan(solid(rgba)[0] as number);
  });

  it('know no scale where there is no number, and the middle where all are one', () => {
    const none = { ...byClass, categories: [], values: Float32Array.of(NaN) };
    expect(scaleOf(none)).toBeNull();
    expect(solid(shadesOf(none, null))[0]).toBeGreaterThan(60);
    const same = { ...byClass, categories: [], values: Float32Array.of(3, 3) };
    expect([...shadesOf(same, null).slice(0, 3)]).toEqual(scaleColour(0.5));
  });

  it('are seen on light and on dark ground', () => {
    const hex = (share: number) =>
      `#${scaleColour(share)
        .map((value) => value.toString(16).padStart(2, '0'))
        .join('')}`;
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      expect(contrast(hex(share), '#eff1f0')).toBeGreaterThan(1.5);
      expect(contrast(hex(share), '#0b0d0c')).toBeGreaterThan(2.5);
    }
  });
});
