/** The classes of a question as they are shown and found. */
import type { Choice, Question } from '$lib/pictures/picture';

export interface ClassRow {
  choice: Choice;
  /** How many classes it lies below. */
  depth: number;
  /** Whether it can be answered with, or only stands above others that can. */
  offered: boolean;
}

/** The classes that are offered, in their order, each below its parent. One that is no longer
 * offered is kept where one below it is. */
export function rowsOf(choices: readonly Choice[]): ClassRow[] {
  const known = new Set(choices.map(({ id }) => id));
  const below = new Map<number | null, Choice[]>();
  for (const choice of [...choices].sort((a, b) => a.position - b.position || a.id - b.id)) {
    const { parent_id } = choice;
    const parent = parent_id !== null && known.has(parent_id) ? parent_id : null;
    below.set(parent, [...(below.get(parent) ?? []), choice]);
  }
  const walk = (parent: number | null, depth: number): ClassRow[] =>
    (below.get(parent) ?? []).flatMap((choice) => {
      const { offered } = choice;
      const inside = walk(choice.id, depth + 1);
      return offered || inside.length > 0 ? [{ choice, depth, offered }, ...inside] : [];
    });
  return walk(null, 0);
}

/** The classes that can be answered with, in the order of `rowsOf`. */
export const offeredOf = (choices: readonly Choice[]): Choice[] =>
  rowsOf(choices).flatMap(({ choice, offered }) => (offered ? [choice] : []));

/** The key of a class in the writing of the map of keys: a capital letter is one with Shift.
 *
 * It is the server's alone. None follows from the place of the class, or it would become the key of
 * another class when they are put in another order, while people have it in their fingers. */
export function keyOf({ key }: Pick<Choice, 'key'>): string | null {
  if (key === null) return null;
  const small = key.toLowerCase();
  return small !== key && small.length === 1 ? `shift+${small}` : key;
}

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** The classes whose names fit what was typed, the best first; all of them for nothing typed.
 *
 * The very name comes first, then one that begins with it, then one with a word that does, then one that has it
 * somewhere, then one that has its letters in this order. */
export function findChoices(choices: readonly Choice[], typed: string): Choice[] {
  const wanted = plain(typed.trim());
  if (wanted === '') return [...choices];
  return choices
    .map((choice) => ({ choice, rank: rankOf(plain(choice.name), wanted) }))
    .filter(({ rank }) => rank < 5)
    .sort((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice);
}

function rankOf(name: string, wanted: string): number {
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 2;
  if (name.includes(wanted)) return 3;
  let at = 0;
  for (const letter of name) if (letter === wanted[at]) at++;
  return at === wanted.length ? 4 : 5;
}

/** Of the keys that an action would like, those that no class has. */
export function freeKeys(question: Pick<Question, 'choices'>, wanted: readonly string[]): string[] {
  const taken = new Set(question.choices.filter(({ offered }) => offered).map(keyOf));
  return wanted.filter((key) => !taken.has(key));
}
