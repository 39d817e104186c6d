/** The classes of a question as they stand beside the work: in their tree, with keys, searchable. */
import type { Choice } from '$lib/pictures/picture';

export interface ClassRow {
  choice: Choice;
  /** How many classes it lies below. */
  depth: number;
  /** Whether it can be answered with, or only stands above others that can. */
  offered: boolean;
  /** In the writing of the map of keys, the one to be shown first. */
  keys: string[];
}

/** All classes that are offered, each below its parent, with keys.
 *
 * A class that is no longer offered is kept where one below it is. */
export function rowsOf(choices: readonly Choice[]): ClassRow[] {
  const known = new Map(choices.map((choice) => [choice.id, choice]));
  const wanted = new Set<number>();
  for (const choice of choices) {
    if (!choice.offered) continue;
    let at: Choice | undefined = choice;
    while (at !== undefined && !wanted.has(at.id)) {
      wanted.add(at.id);
      at = at.parent_id === null ? undefined : known.get(at.parent_id);
    }
  }
  const below = new Map<number | null, Choice[]>();
  for (const choice of [...choices].sort((a, b) => a.position - b.position || a.id - b.id)) {
    if (!wanted.has(choice.id)) continue;
    const parent = choice.parent_id !== null && known.has(choice.parent_id);
    const place = parent ? choice.parent_id : null;
    below.set(place, [...(below.get(place) ?? []), choice]);
  }
  const keys = keysOf(choices);
  const rows: ClassRow[] = [];
  const add = (parent: number | null, depth: number): void => {
    for (const choice of below.get(parent) ?? []) {
      const { offered } = choice;
      rows.push({ choice, depth, offered, keys: keys.get(choice.id) ?? [] });
      add(choice.id, depth + 1);
    }
  };
  add(null, 0);
  return rows;
}

/** The keys of each class: the one that the server gives, and for the first nine their number,
 * where no other class has that. */
export function keysOf(choices: readonly Choice[]): Map<number, string[]> {
  const offered = choices
    .filter((choice) => choice.offered)
    .sort((a, b) => a.position - b.position || a.id - b.id);
  const taken = new Set(offered.map(({ key }) => key));
  return new Map(
    offered.map(({ id, key }, at) => {
      const digit = String(at + 1);
      const keys = key === null ? [] : [chordOfKey(key)];
      if (at < 9 && !taken.has(digit)) keys.push(digit);
      return [id, keys];
    }),
  );
}

/** A single character in the writing of the map of keys. */
function chordOfKey(key: string): string {
  const small = key.toLowerCase();
  return small !== key && small.length === 1 ? `shift+${small}` : key;
}

/** The rows that fit what is typed, the best first: those that begin with it, then those with a
 * word that does, then those that hold it, then those that hold its letters in this order. */
export function findClasses(rows: readonly ClassRow[], typed: string): ClassRow[] {
  const wanted = plain(typed.trim());
  const able = rows.filter(({ offered }) => offered);
  if (wanted === '') return able;
  return able
    .map((row, at) => ({ row, at, rank: rankOf(plain(row.choice.name), wanted) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .map(({ row }) => row);
}

function rankOf(name: string, wanted: string): number {
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 2;
  if (name.includes(wanted)) return 3;
  let from = 0;
  for (const letter of wanted) {
    from = name.indexOf(letter, from) + 1;
    if (from === 0) return Infinity;
  }
  return 4;
}

/** Without accents and capitals: `é` is found by `e`. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** The names above a class, outermost first. */
export function pathOf(rows: readonly ClassRow[], row: ClassRow): string[] {
  const byId = new Map(rows.map(({ choice }) => [choice.id, choice]));
  const path: string[] = [];
  let at = row.choice.parent_id;
  while (at !== null) {
    const parent = byId.get(at);
    if (parent === undefined) break;
    path.unshift(parent.name);
    at = parent.parent_id;
  }
  return path;
}
