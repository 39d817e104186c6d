import { describe, expect, it } from 'vitest';
import type { Choice } from '$lib/pictures/picture';
import { findChoices, freeKeys, keyOf, offeredOf, rowsOf } from './choices';

function choice(id: number, name: string, more: Partial<Choice> = {}): Choice {
  return {
    id,
    name,
    position: id,
    key: null,
    colour: '#888888',
    description: '',
    parent_id: null,
    offered: true,
    archived: false,
    merged_into: null,
    split: false,
    examples: [],
    ...more,
  };
}

describe('rowsOf', () => {
  const told = (choices: Choice[]) =>
    rowsOf(choices).map(({ choice, depth, offered }) =>
      offered ? `${'-'.repeat(depth)}${choice.name}` : `[${choice.name}]`,
    );

  it('has no rows without classes', () => {
    expect(rowsOf([])).toEqual([]);
  });

  it('puts classes in their order, each below its parent', () => {
    expect(
      told([
        choice(1, 'Pine', { parent_id: 4, position: 5 }),
        choice(2, 'Oak', { position: 3 }),
        choice(3, 'Spruce', { parent_id: 4, position: 2 }),
        choice(4, 'Conifers', { position: 1 }),
      ]),
    ).toEqual(['Conifers', '-Spruce', '-Pine', 'Oak']);
  });

  it('makes a heading of a parent that is not offered, and none where nothing is below it', () => {
    expect(
      told([
        choice(1, 'Leaves', { offered: false }),
        choice(2, 'Rust', { parent_id: 1 }),
        choice(3, 'Old', { offered: false }),
        choice(4, 'Gone', { parent_id: 3, offered: false }),
      ]),
    ).toEqual(['[Leaves]', '-Rust']);
  });

  it('shows a class whose parent is unknown', () => {
    expect(told([choice(1, 'Rust', { parent_id: 99 })])).toEqual(['Rust']);
    expect(offeredOf([choice(1, 'Rust', { parent_id: 99 })])).toHaveLength(1);
  });
});

describe('findChoices', () => {
  const choices = ['Rust', 'Leaf rust', 'Crusty', 'Round spot', 'Ébène'].map((name, at) =>
    choice(at + 1, name),
  );
  const names = (typed: string) => findChoices(choices, typed).map(({ name }) => name);

  it('finds all for nothing typed', () => {
    expect(names('  ')).toHaveLength(5);
  });

  it('puts the beginning of a name before that of a word, and that before the rest', () => {
    expect(names('rust')).toEqual(['Rust', 'Leaf rust', 'Crusty', 'Round spot']);
  });

  it('puts the very name before those that only begin with it', () => {
    const known = [choice(1, 'Rust mite'), choice(2, 'Rust')];
    expect(findChoices(known, 'rust').map(({ name }) => name)).toEqual(['Rust', 'Rust mite']);
  });

  it('finds letters that stand apart, and heeds neither case nor accents', () => {
    expect(names('RSP')).toEqual(['Round spot']);
    expect(names('ebe')).toEqual(['Ébène']);
  });

  it('finds nothing where nothing fits', () => {
    expect(names('xyz')).toEqual([]);
  });
});

describe('keyOf', () => {
  it('writes a capital letter as one with Shift, and leaves the rest', () => {
    expect(keyOf({ key: 'a' })).toBe('a');
    expect(keyOf({ key: 'A' })).toBe('shift+a');
    expect(keyOf({ key: '+' })).toBe('+');
    expect(keyOf({ key: '1' })).toBe('1');
    expect(keyOf({ key: null })).toBeNull();
  });
});

describe('offeredOf', () => {
  it('leaves out the headings, and stays in order', () => {
    const choices = [
      choice(1, 'Leaves', { offered: false, position: 9 }),
      choice(2, 'Rust', { parent_id: 1 }),
      choice(3, 'Oak', { position: 1 }),
    ];
    expect(offeredOf(choices).map(({ name }) => name)).toEqual(['Oak', 'Rust']);
  });
});

describe('freeKeys', () => {
  it('leaves its key to a class', () => {
    const choices = [
      choice(1, 'Rust', { key: 'f' }),
      choice(2, 'Old', { key: 'c', offered: false }),
    ];
    expect(freeKeys({ choices }, ['f', 'shift+f'])).toEqual(['shift+f']);
    expect(freeKeys({ choices }, ['c', 'shift+c'])).toEqual(['c', 'shift+c']);
    expect(freeKeys({ choices: [choice(1, 'Rust', { key: 'F' })] }, ['f', 'shift+f'])).toEqual([
      'f',
    ]);
  });
});
