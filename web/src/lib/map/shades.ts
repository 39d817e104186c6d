/** How each point of a map is drawn, and what its legend says. */
import { classColour } from '$lib/design/palette';
import type { Category, MapColours, Tone } from './map-bytes';

export interface Line {
  name: string;
  colour: string;
  count: number;
}

export interface Scale {
  least: number;
  most: number;
  /** From the least to the most, evenly. */
  colours: readonly string[];
  /** Pictures without a number. */
  missing: number;
}

/** Visible on light and on dark ground; good and bad are blue and orange, which everybody can tell
 * apart. */
const TONES: Record<Exclude<Tone, 'own'>, string> = {
  grey: '#8b948f',
  hidden: '#8b948f',
  good: '#4c86c6',
  bad: '#dd6b20',
};

/** From dark to light, so that they are told apart without seeing hues. */
const SCALE = ['#5b4ea3', '#3d7db3', '#2a9c90', '#6cbb4c', '#d9bd2b'] as const;

/** How solid points are: those with something to say, those without, those that are left out. */
const SOLID = { own: 235, grey: 110, out: 22 } as const;

/** The legend. A colour that an earlier line has already gives way to one that is free. */
export function linesOf({ categories }: MapColours): Line[] {
  const used = new Set<string>();
  const free = () => {
    let next = 0;
    while (next < 36 && used.has(classColour(next))) next++;
    return classColour(next);
  };
  return categories.map(({ name, tone, colour, count }) => {
    if (tone !== 'own') return { name, count, colour: TONES[tone] };
    const taken = colour === null || used.has(colour) ? free() : colour;
    used.add(taken);
    return { name, count, colour: taken };
  });
}

/** What the numbers range over; null where the values are categories, or no picture has one. */
export function scaleOf({ categories, values }: MapColours): Scale | null {
  if (categories.length > 0) return null;
  let [least, most, missing] = [Infinity, -Infinity, 0];
  for (const value of values) {
    if (Number.isNaN(value)) missing++;
    else {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return missing === values.length ? null : { least, most, colours: SCALE, missing };
}

/** Red, green, blue and how solid each point is.
 *
 * @param only the lines of the legend that are shown; null for all. The others fade. */
export function shadesOf(colours: MapColours, only: ReadonlySet<number> | null): Uint8Array {
  return colours.categories.length > 0
    ? byCategory(colours, only)
    : byNumber(colours.values, scaleOf(colours));
}

function byCategory(colours: MapColours, only: ReadonlySet<number> | null): Uint8Array {
  const lines = linesOf(colours);
  const table = new Uint8Array(4 * lines.length);
  lines.forEach(({ colour }, at) => {
    const shown = only === null || only.has(at);
    const { tone } = colours.categories[at] as Category;
    const quiet = (tone === 'grey' || tone === 'hidden') && only === null;
    const solid = shown ? (quiet ? SOLID.grey : SOLID.own) : SOLID.out;
    table.set([...channelsOf(colour), solid], 4 * at);
  });
  const { values } = colours;
  const rgba = new Uint32Array(values.length);
  const words = new Uint32Array(table.buffer);
  for (let at = 0; at < values.length; at++) rgba[at] = words[values[at] as number] as number;
  return new Uint8Array(rgba.buffer);
}

function byNumber(values: Uint16Array | Float32Array, scale: Scale | null): Uint8Array {
  const rgba = new Uint8Array(4 * values.length);
  const none = [...channelsOf(TONES.grey), SOLID.grey] as const;
  const range = scale === null ? 0 : scale.most - scale.least;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (scale === null || Number.isNaN(value)) {
      rgba.set(none, 4 * at);
      continue;
    }
    const share = range > 0 ? (value - scale.least) / range : 0.5;
    rgba.set(scaleColour(share), 4 * at);
    rgba[4 * at + 3] = SOLID.own;
  }
  return rgba;
}

/** The colour of a share from 0 to 1. */
export function scaleColour(share: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, share)) * (SCALE.length - 1);
  const from = Math.min(Math.floor(place), SCALE.length - 2);
  const [low, high] = [channelsOf(SCALE[from] as string), channelsOf(SCALE[from + 1] as string)];
  const mixed = low.map((value, at) => value + ((high[at] as number) - value) * (place - from));
  return mixed.map(Math.round) as [number, number, number];
}

/** `#rrggbb` as three numbers. */
export function channelsOf(colour: string): [number, number, number] {
  const number = Number.parseInt(colour.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}
