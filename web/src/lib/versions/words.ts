/** Versions, changes and restorations in words. */
import type { Kind, Plan, Version } from './requests';

export const KIND_TITLES: Record<Kind, string> = {
  added: 'Added',
  removed: 'Removed',
  renamed: 'Renamed',
  replaced: 'Other bytes',
  label: 'Label',
  certainty: 'Certainty',
  column: 'Column',
  part: 'Part',
  group: 'Group',
};

const shown = (count: number) => count.toLocaleString('en');

const counted = (count: number, one: string, many = `${one}s`) =>
  `${shown(count)} ${count === 1 ? one : many}`;

/** `1,200 pictures, 800 labelled; 640 train, 160 test`. */
export function sizeText({ pictures, labelled, parts }: Version): string {
  const divided = ['train', 'val', 'test']
    .filter((part) => (parts[part] ?? 0) > 0)
    .map((part) => `${shown(parts[part] ?? 0)} ${part}`);
  const size = `${counted(pictures, 'picture')}, ${shown(labelled)} labelled`;
  return divided.length === 0 ? size : `${size}; ${divided.join(', ')}`;
}

/** The two states of an address: the newest version and now, where it names none. */
export function statesOf(
  query: URLSearchParams,
  versions: readonly Pick<Version, 'number'>[],
): { before: string; after: string } {
  const newest = versions[0]?.number;
  return {
    before: query.get('before') || (newest === undefined ? '' : String(newest)),
    after: query.get('after') || 'now',
  };
}

const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?)?$/;

/** Whether a state is a date, which a page lets people type. */
export const isDate = (state: string): boolean => DATE.test(state);

export interface Line {
  text: string;
  tone: 'plain' | 'warn';
}

/** What a restoration would do, line by line; empty where nothing has to change. */
export function planLines(plan: Plan): Line[] {
  const lines: [number, (count: number) => string][] = [
    [plan.brought_back, (n) => `${counted(n, 'picture')} ${n === 1 ? 'comes' : 'come'} back.`],
    [
      plan.set_aside,
      (n) => `${counted(n, 'picture')} ${n === 1 ? 'goes' : 'go'} into the trash, not deleted.`,
    ],
    [plan.decided, (n) => `${counted(n, 'label')} ${n === 1 ? 'is' : 'are'} decided in your name.`],
    [
      plan.withdrawn,
      (n) =>
        `${counted(n, 'label')} ${n === 1 ? 'ends' : 'end'}: the votes given since are withdrawn.`,
    ],
    [plan.groups, (n) => `${counted(n, 'picture')} ${n === 1 ? 'gets' : 'get'} another group.`],
    [plan.columns, (n) => `${counted(n, 'value')} of columns ${n === 1 ? 'changes' : 'change'}.`],
  ];
  const told: Line[] = lines
    .filter(([count]) => count > 0)
    .map(([count, text]) => ({ text: text(count), tone: 'plain' }));
  for (const { reason, count, examples } of plan.impossible) {
    const named = examples.join(', ') + (count > examples.length ? ', …' : '');
    told.push({ text: `Not possible for ${shown(count)}: ${reason} (${named}).`, tone: 'warn' });
  }
  return told;
}

/** Whether a restoration changes anything at all. */
export const changesAnything = (plan: Plan): boolean =>
  [plan.brought_back, plan.set_aside, plan.decided, plan.withdrawn, plan.groups, plan.columns].some(
    (count) => count > 0,
  );
