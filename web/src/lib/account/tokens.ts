/** Tokens in words: what they may do, and how long they hold. */
import type { Scope, Token } from './requests';

export const SCOPES: readonly { scope: Scope; title: string; hint: string }[] = [
  {
    scope: 'read',
    title: 'Read',
    hint: 'See the datasets, pictures, labels and progress that you can see.',
  },
  {
    scope: 'label',
    title: 'Label',
    hint: 'Answer questions and write comments in your name.',
  },
  {
    scope: 'manage',
    title: 'Manage',
    hint: 'All else that you may do: add pictures, change questions, review, export.',
  },
];

/** How long a new token may hold; 0 is for ever. */
export const LIFETIMES: readonly { value: number; title: string }[] = [
  { value: 7, title: '7 days' },
  { value: 30, title: '30 days' },
  { value: 90, title: '90 days' },
  { value: 365, title: 'One year' },
  { value: 0, title: 'For ever' },
];

/** `read, label`, in the order in which they give more. */
export const scopesText = (scopes: readonly Scope[]): string =>
  SCOPES.filter(({ scope }) => scopes.includes(scope))
    .map(({ title }) => title)
    .join(', ');

export interface Expiry {
  text: string;
  /** over: no longer valid; soon: within a week. */
  state: 'holds' | 'soon' | 'over';
}

const DAY = 24 * 60 * 60 * 1000;

export function expiryOf(
  { expires_at }: Pick<Token, 'expires_at'>,
  now: Date = new Date(),
): Expiry {
  if (expires_at === null) return { text: 'Never', state: 'holds' };
  const left = Date.parse(expires_at) - now.getTime();
  const text = dateText(expires_at);
  if (left <= 0) return { text: `Expired on ${text}`, state: 'over' };
  return { text, state: left < 7 * DAY ? 'soon' : 'holds' };
}

/** `3 Mar 2027`, on the calendar of the reader. */
export const dateText = (moment: string): string =>
  new Date(moment).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
