/** What each annotator has done, in words, and where their answers are to be seen. */
import { durationText } from '$lib/widgets/rate';
import type { Person } from './requests';
import { countText } from './standing';

export type PeopleKey =
  'annotator' | 'answered' | 'unsure' | 'skipped' | 'active' | 'rate' | 'known';

/** `11 of 12`, `none yet`; null where accuracy is not shown. */
export function knownText({ gold_right, gold_answered }: Person): string | null {
  if (gold_right === null || gold_answered === null) return null;
  if (gold_answered === 0) return 'none yet';
  return `${countText(gold_right)} of ${countText(gold_answered)}`;
}

/** Whether anybody's line tells of known-answer pictures. */
export const showsKnown = (people: readonly Person[]): boolean =>
  people.some(({ gold_right }) => gold_right !== null);

/** Time without breaks; a dash where there is no measure, as for imports. */
export function activeText({ kind, active_seconds }: Person): string {
  if (kind !== 'person' || active_seconds <= 0) return '–';
  return active_seconds < 60 ? 'less than 1 min' : durationText(active_seconds);
}

/** Answers per hour; a dash with less than a minute to go by. */
export function rateText({ per_hour }: Person): string {
  if (per_hour === null) return '–';
  return countText(per_hour < 10 ? Math.round(per_hour * 10) / 10 : Math.round(per_hour));
}

/** What `kind` means beside a name; nothing for people. */
export function kindText(kind: string): string | null {
  if (kind === 'person') return null;
  return kind === 'import' ? 'imported' : kind;
}

/** The grid with the pictures that somebody has answered. */
export function answersHref(dataset: number, question: number, annotator: string): string {
  const query = new URLSearchParams({ question: String(question), annotator });
  return `/datasets/${dataset}?${query}`;
}

/** Sorted by a column; what is unknown comes last, whatever the direction. */
export function sortedPeople(
  people: readonly Person[],
  key: PeopleKey,
  descending: boolean,
): Person[] {
  const values: Record<PeopleKey, (person: Person) => string | number | null> = {
    annotator: ({ annotator }) => annotator.toLowerCase(),
    answered: ({ answered }) => answered,
    unsure: ({ unsure }) => unsure,
    skipped: ({ skipped }) => skipped,
    active: ({ kind, active_seconds }) => (kind === 'person' ? active_seconds : null),
    rate: ({ per_hour }) => per_hour,
    known: ({ gold_right, gold_answered }) =>
      gold_right === null || !gold_answered ? null : gold_right / gold_answered,
  };
  return sortedBy(people, values[key], descending);
}

/** Sorted by a value; rows without one come last, and equal ones keep their order. */
export function sortedBy<Row>(
  rows: readonly Row[],
  value: (row: Row) => string | number | null,
  descending: boolean,
): Row[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return x === y ? 0 : x < y ? -sign : sign;
  });
}
