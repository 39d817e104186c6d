/** What the quality checks found, in the words of the page. */
import type { components } from '$lib/api/schema';

export type Findings = components['schemas']['FindingsShape'];
export type Finding = components['schemas']['FindingShape'];
export type Severity = Finding['severity'];
export type Deed = Finding['actions'][number];

export const SEVERITIES: Record<
  Severity,
  {
    title: string;
    many: string;
    tone: 'danger' | 'warn' | 'info';
    icon: 'error' | 'warning' | 'info';
  }
> = {
  error: { title: 'Error', many: 'Errors', tone: 'danger', icon: 'error' },
  warning: { title: 'Warning', many: 'Warnings', tone: 'warn', icon: 'warning' },
  hint: { title: 'Hint', many: 'Hints', tone: 'info', icon: 'info' },
};

const number = (count: number) => count.toLocaleString('en');

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

/** Those with cases that wait, and those where all is done. */
export function sorted(findings: readonly Finding[]): { waiting: Finding[]; done: Finding[] } {
  return {
    waiting: findings.filter(({ open }) => open > 0),
    done: findings.filter(({ open }) => open === 0),
  };
}

/** `2 errors, 1 hint`; empty without findings. */
export function severityText(findings: readonly Finding[]): string {
  return (Object.keys(SEVERITIES) as Severity[])
    .map((severity) => {
      const count = findings.filter((one) => one.severity === severity).length;
      return count === 0 ? '' : counted(count, severity);
    })
    .filter((text) => text !== '')
    .join(', ');
}

/** `12 cases wait, 3 handled, 1 dismissed`. */
export function progressText({ open, handled, dismissed }: Finding): string {
  const words = [open === 0 ? '' : `${counted(open, 'case')} ${open === 1 ? 'waits' : 'wait'}`];
  if (handled > 0) words.push(`${number(handled)} handled`);
  if (dismissed > 0) words.push(`${number(dismissed)} dismissed`);
  return words.filter((text) => text !== '').join(', ');
}

/** What has changed since the check; empty where nothing has. */
export function sinceText(since: Findings['since']): string {
  if (since === null) return '';
  const words = [
    since.added > 0 ? `${counted(since.added, 'picture')} came` : '',
    since.removed > 0 ? `${counted(since.removed, 'picture')} went` : '',
    since.answered > 0 ? `${counted(since.answered, 'picture')} got answers` : '',
  ].filter((text) => text !== '');
  const last = words.pop();
  if (last === undefined) return '';
  return words.length === 0 ? last : `${words.join(', ')} and ${last}`;
}

/** Checks that looked and found nothing, and those that could not look. */
export function quiet({ checks, findings }: Pick<Findings, 'checks' | 'findings'>): {
  clean: string[];
  blind: { title: string; why: string }[];
} {
  const found = new Set(findings.map(({ check }) => check));
  const clean: string[] = [];
  const blind: { title: string; why: string }[] = [];
  for (const { name, title, could_not } of checks) {
    if (could_not !== null) blind.push({ title, why: could_not });
    else if (!found.has(name)) clean.push(title);
  }
  return { clean, blind };
}

/** `0.42`, `12,300`, `a text`: a figure as it is shown. */
export function figureText(value: string | number | null): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return value;
  return value.toLocaleString('en', { maximumSignificantDigits: Number.isInteger(value) ? 21 : 3 });
}

/** `median_width` as `median width`. */
export const figureName = (name: string): string => name.replaceAll('_', ' ');
