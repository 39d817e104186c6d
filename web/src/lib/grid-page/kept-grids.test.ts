import { describe, expect, it } from 'vitest';
import { KeptGrids, type KeptGrid } from './kept-grids';

function memory(): Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
  };
}

const grid = {} as KeptGrid;

describe('KeptGrids', () => {
  it('knows each grid by its dataset and its filter', () => {
    const kept = new KeptGrids(memory());
    kept.keep(1, 'state=open', grid);
    expect(kept.grid(1, 'state=open')).toBe(grid);
    expect(kept.grid(1, '')).toBe(undefined);
    expect(kept.grid(2, 'state=open')).toBe(undefined);
  });

  it('keeps the few that were left last', () => {
    const kept = new KeptGrids(memory());
    for (let at = 0; at < 6; at++) kept.keep(at, '', grid);
    expect([0, 1, 2, 3, 4, 5].map((at) => kept.grid(at, '') !== undefined)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it('forgets what was fetched, but neither place nor filter', () => {
    const kept = new KeptGrids(memory());
    kept.keep(1, 'a', grid);
    kept.noteQuery(1, 'a');
    kept.notePlace(1, 'a', { focused: 7, top: 900 });
    kept.forget();
    expect(kept.grid(1, 'a')).toBe(undefined);
    expect(kept.lastQuery(1)).toBe('a');
    expect(kept.lastQuery(2)).toBe('');
    expect(kept.place(1, 'a')).toEqual({ focused: 7, top: 900 });
    expect(kept.place(1, '')).toBe(null);
  });

  it('has its places after a reload', () => {
    const store = memory();
    new KeptGrids(store).notePlace(1, '', { focused: 3, top: 0 });
    expect(new KeptGrids(store).place(1, '')).toEqual({ focused: 3, top: 0 });
  });

  it.each([
    null,
    {
      getItem: () => '{',
      setItem: () => {
        throw new Error('full');
      },
    },
  ])('does without storage', (store) => {
    const kept = new KeptGrids(store);
    kept.notePlace(1, '', { focused: 3, top: 0 });
    expect(kept.place(1, '')).toBe(null);
  });
});
