/** Every part of a filter as something to read and to take out. */
import { certaintyText, choiceOf } from '$lib/pictures/label-words';
import type { Question } from '$lib/pictures/picture';
import { withChoice, withColumn, type GridFilter } from './filter';

export interface Chip {
  text: string;
  colour?: string;
  /** The filter without it. */
  without: GridFilter;
}

export const STATE_WORDS = {
  open: 'Wants answers',
  review: 'In review',
  closed: 'Settled',
} as const;

export const VERDICT_WORDS = {
  answer: 'Has an answer',
  unsure: 'Unsure',
  cannot_tell: 'Cannot tell',
  skip: 'Left for later',
  withdrawn: 'Taken back',
} as const;

export function chipsOf(filter: GridFilter, question: Question | undefined): Chip[] {
  const chips: Chip[] = [];
  const drop = (...names: (keyof GridFilter)[]): GridFilter => {
    const rest = { ...filter };
    for (const name of names) delete rest[name];
    return rest;
  };
  const { state, verdict, annotator, answered, text, part, group, flagged } = filter;
  for (const id of filter.choice ?? []) {
    const choice = choiceOf(question, id);
    chips.push({
      text: choice?.name ?? `Class ${id}`,
      colour: choice?.colour,
      without: withChoice(filter, id, false),
    });
  }
  if (filter.unlabelled) chips.push({ text: 'No label', without: drop('unlabelled') });
  if (state) chips.push({ text: STATE_WORDS[state], without: drop('state') });
  if (verdict) chips.push({ text: VERDICT_WORDS[verdict], without: drop('verdict') });
  if (annotator != null) {
    const said = answered == null ? '' : `: ${choiceOf(question, answered)?.name ?? answered}`;
    chips.push({ text: `Answered by ${annotator}${said}`, without: drop('annotator', 'answered') });
  }
  if (filter.least_certain != null || filter.most_certain != null) {
    const [low, high] = [filter.least_certain ?? 0, filter.most_certain ?? 1];
    chips.push({
      text: `Certainty ${certaintyText(low)} to ${certaintyText(high)}`,
      without: drop('least_certain', 'most_certain'),
    });
  }
  if (text != null) chips.push({ text: `Has “${text}”`, without: drop('text') });
  if (part != null) chips.push({ text: `Part ${part}`, without: drop('part') });
  if (group != null) chips.push({ text: `Group ${group}`, without: drop('group') });
  for (const pair of filter.column ?? []) {
    const name = pair.slice(0, pair.indexOf(':'));
    chips.push({
      text: `${name}: ${pair.slice(name.length + 1)}`,
      without: withColumn(filter, name, null),
    });
  }
  if (flagged != null) {
    chips.push({ text: flagged ? 'Flagged' : 'Not flagged', without: drop('flagged') });
  }
  if (filter.selection != null) {
    chips.push({ text: 'Chosen on the map', without: drop('selection') });
  }
  return chips;
}
