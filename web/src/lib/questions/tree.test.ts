import { describe, expect, it } from 'vitest';
import { rowsOf } from '$lib/labelling/choices';
import type { Choice } from '$lib/pictures/picture';
import { deeperParent, higherParent, movedBy, placedAt, siblingsOf, withBelow } from './tree';

function choice(id: number, parent_id: number | null = null): Choice {
  return {
    id,
    name: `class ${id}`,
    position: id,
    key: null,
    colour: '#112233',
    description: '',
    parent_id,
    offered: true,
    archived: false,
    merged_into: null,
    split: false,
    examples: [],
  };
}

// 1 (2, 3 (4)), 5, 6 (7)
const rows = rowsOf([
  choice(1),
  choice(2, 1),
  choice(3, 1),
  choice(4, 3),
  choice(5),
  choice(6),
  choice(7, 6),
]);

describe('moving among siblings', () => {
  it('takes along what lies below', () => {
    expect(movedBy(rows, 1, 1)).toEqual([5, 1, 2, 3, 4, 6, 7]);
    expect(movedBy(rows, 6, -1)).toEqual([1, 2, 3, 4, 6, 7, 5]);
    expect(placedAt(rows, 6, 0)).toEqual([6, 7, 1, 2, 3, 4, 5]);
  });

  it('stays below the same class', () => {
    expect(movedBy(rows, 3, -1)).toEqual([1, 3, 4, 2, 5, 6, 7]);
    expect(movedBy(rows, 4, 1)).toBeNull();
    expect(movedBy(rows, 2, -1)).toBeNull();
  });

  it('does nothing where nothing would change', () => {
    expect(placedAt(rows, 5, 1)).toBeNull();
    expect(placedAt(rows, 5, 3)).toBeNull();
    expect(placedAt(rows, 99, 0)).toBeNull();
    expect(placedAt([], 1, 0)).toBeNull();
  });
});

describe('moving deeper and higher', () => {
  it('goes below the one above', () => {
    expect(deeperParent(rows, 5)).toBe(1);
    expect(deeperParent(rows, 3)).toBe(2);
    expect(deeperParent(rows, 1)).toBeNull();
    expect(deeperParent(rows, 2)).toBeNull();
  });

  it('comes out again', () => {
    expect(higherParent(rows, 4)).toBe(1);
    expect(higherParent(rows, 7)).toBe(0);
    expect(higherParent(rows, 5)).toBeNull();
  });
});

it('knows siblings, and what would close a ring', () => {
  const ids = (id: number) =>
    siblingsOf(rows, rows.find((row) => row.choice.id === id) as (typeof rows)[number]).map(
      (row) => row.choice.id,
    );
  expect(ids(5)).toEqual([1, 5, 6]);
  expect(ids(2)).toEqual([2, 3]);
  expect([...withBelow(rows, 1)]).toEqual([1, 2, 3, 4]);
  expect([...withBelow(rows, 5)]).toEqual([5]);
});
