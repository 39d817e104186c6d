/** Reads tokens.css and computes the contrast of what stands on what, by WCAG 2.2. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast } from './contrast';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

type Colours = Map<string, string>;

function coloursOf(theme: 'light' | 'dark'): Colours {
  const found: Colours = new Map();
  const declared =
    /--([a-z-]+):\s*(?:light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)|(#[0-9a-f]{6}));/g;
  for (const [, name, light, dark, both] of css.matchAll(declared)) {
    found.set(name as string, (both ?? (theme === 'light' ? light : dark)) as string);
  }
  return found;
}

function pairs(colours: Colours): { front: string; back: string; least: number }[] {
  const names = [...colours.keys()];
  const starting = (prefix: string) =>
    names.filter((name) => name === prefix || name.startsWith(`${prefix}-`));
  const backs = starting('bg');
  const fills = starting('fill');
  const washes = starting('wash');
  const all: { front: string; back: string; least: number }[] = [];
  const add = (fronts: string[], behind: string[], least: number) => {
    for (const front of fronts) for (const back of behind) all.push({ front, back, least });
  };
  add(starting('ink'), backs, 4.5);
  for (const wash of washes) add([wash.replace('wash', 'ink'), 'ink', 'ink-soft'], [wash], 4.5);
  add(['on-fill'], fills, 4.5);
  add(starting('picture-ink'), ['picture-bg', 'picture-hover'], 4.5);
  add(['edge', 'focus', ...fills], backs, 3);
  return all;
}

describe('contrast', () => {
  it('is computed as WCAG has it', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it('finds every colour that is not partly transparent', () => {
    const declared = [...css.matchAll(/--(?:bg|ink|wash|fill|on|edge|focus|picture)[a-z-]*:/g)];
    const found = [...coloursOf('light').keys()].filter((name) =>
      /^(bg|ink|wash|fill|on|edge|focus|picture)/.test(name),
    );
    expect(found.length).toBe(declared.length);
    expect(found.length).toBeGreaterThan(25);
  });

  describe.each(['light', 'dark'] as const)('%s', (theme) => {
    const colours = coloursOf(theme);
    it.each(pairs(colours))('$front on $back is at least $least', ({ front, back, least }) => {
      const [one, other] = [colours.get(front), colours.get(back)];
      expect(one, front).toBeDefined();
      expect(other, back).toBeDefined();
      expect(contrast(one as string, other as string)).toBeGreaterThanOrEqual(least);
    });
  });
});
