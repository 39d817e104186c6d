/** The classes of a question put in another order: moves of a class, with all below it, among those
 * that lie below the same one. */
import type { ClassRow } from '$lib/labelling/choices';

/** The class that a row is shown below, or null at the top. */
export function parentOf(rows: readonly ClassRow[], row: ClassRow): number | null {
  const parent = row.choice.parent_id;
  return rows.some(({ choice }) => choice.id === parent) ? parent : null;
}

/** The rows beside a row, itself included, in their order. */
export function siblingsOf(rows: readonly ClassRow[], row: ClassRow): ClassRow[] {
  const parent = parentOf(rows, row);
  return rows.filter((other) => parentOf(rows, other) === parent);
}

/** The ids of all rows once a class stands at another place among its siblings, from 0; null where
 * it stands there already or there is no such place. */
export function placedAt(rows: readonly ClassRow[], id: number, place: number): number[] | null {
  const row = rows.find(({ choice }) => choice.id === id);
  if (row === undefined) return null;
  const siblings = siblingsOf(rows, row);
  const from = siblings.indexOf(row);
  if (place === from || place < 0 || place >= siblings.length) return null;
  const others = siblings.filter((other) => other !== row);
  const wanted = [...others.slice(0, place), row, ...others.slice(place)];
  // Siblings and what lies below them stand together, so that stretch alone is written anew.
  const first = rows.indexOf(siblings[0] as ClassRow);
  const stretch = wanted.flatMap((sibling) => blockOf(rows, sibling));
  return [...rows.slice(0, first), ...stretch, ...rows.slice(first + stretch.length)].map(
    ({ choice }) => choice.id,
  );
}

/** The ids of all rows once a class has gone up (-1) or down (1) past its neighbour. */
export function movedBy(rows: readonly ClassRow[], id: number, steps: number): number[] | null {
  const row = rows.find(({ choice }) => choice.id === id);
  if (row === undefined) return null;
  return placedAt(rows, id, siblingsOf(rows, row).indexOf(row) + steps);
}

/** Under which class one comes when it goes one deeper: the sibling above it, or null. */
export function deeperParent(rows: readonly ClassRow[], id: number): number | null {
  const row = rows.find(({ choice }) => choice.id === id);
  if (row === undefined) return null;
  const siblings = siblingsOf(rows, row);
  return siblings[siblings.indexOf(row) - 1]?.choice.id ?? null;
}

/** Under which class one comes when it goes one up, 0 for the top; null where it is there. */
export function higherParent(rows: readonly ClassRow[], id: number): number | null {
  const row = rows.find(({ choice }) => choice.id === id);
  const parent = row === undefined ? null : parentOf(rows, row);
  const above = rows.find(({ choice }) => choice.id === parent);
  return above === undefined ? null : (parentOf(rows, above) ?? 0);
}

/** A class and all that lie below it: none of these can become its parent. */
export function withBelow(rows: readonly ClassRow[], id: number): Set<number> {
  const row = rows.find(({ choice }) => choice.id === id);
  return new Set(row === undefined ? [id] : blockOf(rows, row).map(({ choice }) => choice.id));
}

function blockOf(rows: readonly ClassRow[], row: ClassRow): ClassRow[] {
  const from = rows.indexOf(row);
  let to = from + 1;
  while (to < rows.length && (rows[to] as ClassRow).depth > row.depth) to++;
  return rows.slice(from, to);
}
