/** Which pictures a grid shows, and in which order: what stands after `?` in its address.
 *
 * The address has the same names as the API, so a view can be sent to somebody, saved, and read. */
import type { operations } from '$lib/api/schema';

type Query = NonNullable<operations['list_pictures']['parameters']['query']>;

/** What of the API's query narrows or orders, in place of which part of it is wanted. */
export type GridFilter = Omit<Query, 'after' | 'limit'>;
export type Sort = NonNullable<Query['sort']>;

const WORDS = {
  state: ['open', 'review', 'closed'],
  verdict: ['answer', 'unsure', 'cannot_tell', 'skip'],
  sort: ['name', 'added', 'certainty', 'order'],
} as const;

/** The names of the address that belong to a grid; others are left alone. */
const NAMES = [
  'question',
  'choice',
  'unlabelled',
  'state',
  'verdict',
  'annotator',
  'answered',
  'text',
  'part',
  'group',
  'column',
  'flagged',
  'selection',
  'least_certain',
  'most_certain',
  'sort',
  'descending',
] as const;

/** Reads a filter; what is not understood is left out, for an address can be typed by hand. */
export function readFilter(query: URLSearchParams): GridFilter {
  const filter: GridFilter = {};
  const question = wholeOf(query.get('question'));
  if (question !== null) filter.question = question;
  const choices = query
    .getAll('choice')
    .map(wholeOf)
    .filter((id) => id !== null);
  if (choices.length > 0) filter.choice = [...new Set(choices)].sort((a, b) => a - b);
  if (query.get('unlabelled') === 'true') filter.unlabelled = true;
  filter.state = wordOf(query.get('state'), WORDS.state);
  filter.verdict = wordOf(query.get('verdict'), WORDS.verdict);
  filter.annotator = query.get('annotator') || undefined;
  filter.answered = wholeOf(query.get('answered')) ?? undefined;
  filter.text = query.get('text') || undefined;
  filter.part = query.get('part') || undefined;
  filter.group = query.get('group') || undefined;
  const columns = query.getAll('column').filter((pair) => pair.indexOf(':') > 0);
  if (columns.length > 0) filter.column = columns.sort();
  const flagged = query.get('flagged');
  if (flagged === 'true' || flagged === 'false') filter.flagged = flagged === 'true';
  filter.least_certain = shareOf(query.get('least_certain')) ?? undefined;
  filter.most_certain = shareOf(query.get('most_certain')) ?? undefined;
  filter.selection = wholeOf(query.get('selection')) ?? undefined;
  filter.sort = wordOf(query.get('sort'), WORDS.sort);
  if (query.get('descending') === 'true') filter.descending = true;
  return tidied(filter);
}

/** The same filter in the same words always gives the same text. */
export function queryOf(filter: GridFilter): string {
  const query = new URLSearchParams();
  const tidy: GridFilter = tidied(filter);
  for (const name of NAMES) {
    const value = tidy[name];
    for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
      query.append(name, String(one));
    }
  }
  return query.toString();
}

/** Whether it leaves any picture out. */
export function narrows(filter: GridFilter): boolean {
  const { question: _, sort: __, descending: ___, ...rest } = tidied(filter);
  return Object.keys(rest).length > 0;
}

/** The filter with nothing left out any more: question and order stay. */
export const widened = ({ question, sort, descending }: GridFilter): GridFilter =>
  tidied({ question, sort, descending });

/** Another question: what was about the labels of the old one goes. */
export function withQuestion(filter: GridFilter, question: number | undefined): GridFilter {
  const { text, part, group, column, flagged, selection, sort, descending } = filter;
  const kept = sort === 'certainty' || sort === 'order' ? undefined : sort;
  const about = { text, part, group, column, flagged, selection };
  return tidied({ question, ...about, sort: kept, descending });
}

/** Puts a class in or takes it out. */
export function withChoice(filter: GridFilter, choice: number, on: boolean): GridFilter {
  const others = (filter.choice ?? []).filter((id) => id !== choice);
  const choices = on ? [...others, choice].sort((a, b) => a - b) : others;
  // A picture without a label has no class, so both together would show nothing.
  return tidied({ ...filter, choice: choices, unlabelled: on ? undefined : filter.unlabelled });
}

/** The value that a column must have; null for any. */
export function columnValue(filter: GridFilter, column: string): string | null {
  const pair = filter.column?.find((one) => one.startsWith(`${column}:`));
  return pair === undefined ? null : pair.slice(column.length + 1);
}

export function withColumn(filter: GridFilter, column: string, value: string | null): GridFilter {
  const others = (filter.column ?? []).filter((pair) => !pair.startsWith(`${column}:`));
  const columns = value === null || value === '' ? others : [...others, `${column}:${value}`];
  return tidied({ ...filter, column: columns.sort() });
}

/** Without what says nothing, and without what only makes sense beside something else. */
function tidied(filter: GridFilter): GridFilter {
  const tidy: GridFilter = { ...filter };
  if (tidy.annotator === undefined) delete tidy.answered;
  if (tidy.sort === 'name') delete tidy.sort;
  if (tidy.question === undefined) {
    delete tidy.choice;
    delete tidy.unlabelled;
    delete tidy.state;
    delete tidy.verdict;
    delete tidy.annotator;
    delete tidy.answered;
    delete tidy.least_certain;
    delete tidy.most_certain;
    if (tidy.sort === 'certainty' || tidy.sort === 'order') delete tidy.sort;
  }
  for (const name of NAMES) {
    const value = tidy[name];
    const says = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '';
    if (!says || value === null || (value === false && name !== 'flagged')) delete tidy[name];
  }
  return tidy;
}

function wholeOf(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

function shareOf(text: string | null): number | null {
  const number = text === null || text === '' ? NaN : Number(text);
  return number >= 0 && number <= 1 ? number : null;
}

function wordOf<W extends string>(text: string | null, words: readonly W[]): W | undefined {
  return words.find((word) => word === text);
}
