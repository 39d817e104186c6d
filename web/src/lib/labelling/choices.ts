/** The classes of a question as they are shown and found. */
import type { Choice, Question } from '$lib/pictures/picture';

/** A class to choose, or a group's name that cannot be chosen itself. */
export type Row =
  | { kind: 'choice'; choice: Choice; depth: number }
  | { kind: 'heading'; id: number; name: string; depth: number };

/** The classes that are offered, in their order, each below its parent. */
export function rowsOf({ choices }: Pick<Question, 'choices'>): Row[] {
  const sorted = [...choices].sort((a, b) => a.position - b.position);
  const known = new Set(choices.map(({ id }) => id));
  const below = new Map<number | null, Choice[]>();
  for (const choice of sorted) {
    const parent =
      choice.parent_id !== null && known.has(choice.parent_id) ? choice.parent_id : null;
    below.set(parent, [...(below.get(parent) ?? []), choice]);
  }
  const walk = (parent: number | null, depth: number): Row[] =>
    (below.get(parent) ?? []).flatMap((choice) => {
      const inside = walk(choice.id, depth + 1);
      if (choice.offered) return [{ kind: 'choice' as const, choice, depth }, ...inside];
      if (inside.length === 0) return [];
      return [{ kind: 'heading' as const, id: choice.id, name: choice.name, depth }, ...inside];
    });
  return walk(null, 0);
}

export const offered = (question: Pick<Question, 'choices'>): Choice[] =>
  rowsOf(question).flatMap((row) => (row.kind === 'choice' ? [row.choice] : []));

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** The classes whose names fit what was typed, the best first; all of them for nothing typed.
 *
 * A name that begins with it comes first, then one with a word that does, then one that has it
 * somewhere, then one that has its letters in this order. */
export function findChoices(choices: readonly Choice[], typed: string): Choice[] {
  const wanted = plain(typed.trim());
  if (wanted === '') return [...choices];
  return choices
    .map((choice) => ({ choice, rank: rankOf(plain(choice.name), wanted) }))
    .filter(({ rank }) => rank < 4)
    .sort((a, b) => a.rank - b.rank)
    .map(({ choice }) => choice);
}

function rankOf(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 0;
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 1;
  if (name.includes(wanted)) return 2;
  let at = 0;
  for (const letter of name) if (letter === wanted[at]) at++;
  return at === wanted.length ? 3 : 4;
}

/** Of the keys that an action would like, those that no class has. */
export function freeKeys(question: Pick<Question, 'choices'>, wanted: readonly string[]): string[] {
  const taken = new Set(
    question.choices.filter(({ offered }) => offered).map(({ key }) => key?.toLowerCase()),
  );
  return wanted.filter((key) => !taken.has(key));
}
