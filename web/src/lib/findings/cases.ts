/** What can be done about a case, and to which of its pictures. */
import type { components } from '$lib/api/schema';
import type { Choice } from '$lib/pictures/picture';

export type Case = components['schemas']['CaseShape'];
export type Suspect = Case['pictures'][number];
export type CaseState = Case['state'];

/** The pictures of a case that are still in the dataset. */
export const present = ({ pictures }: Case): Suspect[] =>
  pictures.filter(({ removed }) => !removed);

/** The pictures that somebody has picked in a case, of those that are still there. */
export const pickedOf = (one: Case, picked: ReadonlySet<number>): Suspect[] =>
  present(one).filter(({ id }) => picked.has(id));

/** Those that an action is about: the picked ones, or the only one there is. Of several none is
 * guessed. */
export function targets(one: Case, picked: ReadonlySet<number>): Suspect[] {
  const chosen = pickedOf(one, picked);
  if (chosen.length > 0) return chosen;
  const left = present(one);
  return left.length === 1 && one.total === 1 ? left : [];
}

/** Those that wait for review when nobody has picked any: all of the case. */
export function toReview(one: Case, picked: ReadonlySet<number>): Suspect[] {
  const chosen = pickedOf(one, picked);
  return chosen.length > 0 ? chosen : present(one);
}

/** The pictures that have another class suggested than they have, of the picked ones or of all. */
export function suggestions(
  one: Case,
  picked: ReadonlySet<number>,
): { picture_id: number; choice_id: number }[] {
  const chosen = pickedOf(one, picked);
  const from = chosen.length > 0 ? chosen : present(one);
  return from.flatMap(({ id, suggested_id, label }) =>
    suggested_id === null ||
    (label?.choice_ids.length === 1 && label.choice_ids[0] === suggested_id)
      ? []
      : [{ picture_id: id, choice_id: suggested_id }],
  );
}

/** Which picture a merge keeps: the picked one, where it is one; else one that has a label, of these
 * the one with the most votes, then the one with the most pixels, then the first. */
export function keeper(one: Case, picked: ReadonlySet<number>): Suspect | null {
  const chosen = pickedOf(one, picked);
  if (chosen.length === 1) return chosen[0] as Suspect;
  const worth = ({ label, width, height }: Suspect): number[] => [
    label !== null && label.verdict !== null ? 1 : 0,
    label?.votes ?? 0,
    width * height,
  ];
  return present(one).reduce<Suspect | null>((best, next) => {
    if (best === null) return next;
    const [was, is] = [worth(best), worth(next)];
    const at = is.findIndex((value, place) => value !== was[place]);
    return at >= 0 && (is[at] as number) > (was[at] as number) ? next : best;
  }, null);
}

/** The group of a merge; null where there are not two pictures left, or some are not shown. */
export function mergeOf(
  one: Case,
  picked: ReadonlySet<number>,
): { keep: number; picture_ids: number[] } | null {
  const left = present(one);
  const keep = keeper(one, picked);
  if (keep === null || left.length < 2 || one.total > one.pictures.length) return null;
  return { keep: keep.id, picture_ids: left.map(({ id }) => id) };
}

/** Whether the pictures of a case have different classes, which a merge does not settle. */
export function labelsDiffer(one: Case): boolean {
  const said = present(one).map(({ label }) => label?.choice_ids.join() ?? '');
  return new Set(said.filter((text) => text !== '')).size > 1;
}

/** The name of a picture's class, or why it has none. */
export function labelText({ label }: Suspect, choices: ReadonlyMap<number, Choice>): string {
  if (label === null || label.verdict === null) return 'No label';
  if (label.verdict !== 'answer') return label.verdict === 'unsure' ? 'Unsure' : 'Cannot tell';
  return label.choice_ids.map((id) => choices.get(id)?.name ?? `Class ${id}`).join(', ');
}

/** What is the matter with a picture; empty where that is only its class, which is shown anyway. */
export const noteText = (one: Suspect, choices: ReadonlyMap<number, Choice>): string =>
  one.note === labelText(one, choices) ? '' : one.note;

/** A score with three digits that count. */
export const scoreText = (score: number): string =>
  score.toLocaleString('en', { maximumSignificantDigits: 3 });

/** What became of a picture since it was found; null where nothing did. */
export function fateText({ removed, decided, sent }: Suspect): string | null {
  if (removed) return 'In the trash';
  if (decided) return 'Decided';
  return sent ? 'In review' : null;
}
