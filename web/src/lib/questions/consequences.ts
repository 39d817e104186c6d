/** What a change of the classes does to the answers there are, said before it is done. */
import type { Choice } from '$lib/pictures/picture';

/** Labelled pictures by class; null while nobody has counted them. */
export type ClassCounts = ReadonlyMap<number, number> | null;

type Named = Pick<Choice, 'id' | 'name'>;

const number = (count: number) => count.toLocaleString('en');
const picturesText = (count: number): string =>
  `${number(count)} ${count === 1 ? 'picture' : 'pictures'}`;

/** How many pictures have one of these classes as their label; null where that is not known. */
function countOf(counts: ClassCounts, choices: readonly Named[]): number | null {
  if (counts === null) return null;
  return choices.reduce((sum, { id }) => sum + (counts.get(id) ?? 0), 0);
}

export function mergeText(from: readonly Named[], into: Named, counts: ClassCounts): string {
  const names = listed(from.map(({ name }) => `“${name}”`));
  const found = countOf(counts, from);
  const labelled =
    found === null
      ? ''
      : found === 0
        ? ' No picture has such a label now.'
        : ` At least ${picturesText(found)} ${found === 1 ? 'gets' : 'get'} that label now, more where answers were divided.`;
  const they = from.length === 1 ? 'It is' : 'They are';
  return (
    `Every answer ${names} will count for “${into.name}”.${labelled} No answer is deleted. ` +
    `${they} no longer offered. Undo brings it all back.`
  );
}

export function splitText(choice: Named, names: readonly string[], counts: ClassCounts): string {
  const found = countOf(counts, [choice]);
  const parts = names.length < 2 ? 'the new classes' : listed(names.map((name) => `“${name}”`));
  const back =
    found === null
      ? 'Its pictures come'
      : found === 0
        ? 'No picture has this label now; if one did, it would come'
        : found === 1
          ? 'The 1 picture with this label comes'
          : `The ${picturesText(found)} with this label come`;
  return (
    `“${choice.name}” is replaced by ${parts}. ${back} back into the queue to be answered anew. ` +
    'Answers that name it are kept, but settle nothing any more. Undo brings it all back.'
  );
}

export function archiveText(choice: Named, counts: ClassCounts): string {
  const found = countOf(counts, [choice]);
  const kept =
    found === null || found === 0 ? '' : ` ${picturesText(found)} stay labelled “${choice.name}”.`;
  return (
    `“${choice.name}” is no longer offered to annotators. Answers that name it go on counting.` +
    `${kept} It can be offered again at any time.`
  );
}

/** What became of a class that is no longer offered. */
export function goneText(choice: Choice, choices: readonly Named[]): string {
  if (choice.merged_into !== null) {
    const into = choices.find(({ id }) => id === choice.merged_into);
    return `merged into “${into?.name ?? `class ${choice.merged_into}`}”`;
  }
  return choice.split ? 'split' : 'archived';
}

/** `a`, `a and b`, `a, b and c`; past six, how many more. */
export function listed(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? '';
  if (words.length > 6) {
    return `${words.slice(0, 5).join(', ')} and ${number(words.length - 5)} more`;
  }
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
