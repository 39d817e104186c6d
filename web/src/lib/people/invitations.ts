/** Links that invite somebody to a dataset. */
import type { components } from '$lib/api/schema';

export type Invitation = components['schemas']['Invitation'];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The whole address of a link, to be handed to somebody. */
export const addressOf = (path: string, origin: string): string => origin + path;

/** Those that can still be used, the ones that end first before the others. */
export function openOnes(invitations: readonly Invitation[]): Invitation[] {
  return invitations
    .filter(({ state }) => state === 'open')
    .sort((a, b) => Date.parse(a.expires_at) - Date.parse(b.expires_at));
}

/** Those that were used, have ended or were withdrawn, the newest first. */
export function pastOnes(invitations: readonly Invitation[]): Invitation[] {
  return invitations
    .filter(({ state }) => state !== 'open')
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
}

/** How long something is still valid: `for 6 days`, `for 5 hours`, `for 12 minutes`. */
export function validText(until: string, now: Date = new Date()): string {
  const left = Date.parse(until) - now.getTime();
  if (left <= 0) return 'no longer';
  // A link of seven days is one of seven days while it is being sent.
  const days = Math.floor((left + HOUR) / DAY);
  if (days >= 2) return `for ${days} days`;
  if (left >= 2 * HOUR) return `for ${Math.floor(left / HOUR)} hours`;
  const minutes = Math.max(1, Math.floor(left / MINUTE));
  return `for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
}

/** What became of a link: `used by mia`, `withdrawn`, `ended unused`. */
export function fateText({ state, user }: Pick<Invitation, 'state' | 'user'>): string {
  if (state === 'used') return user === null ? 'used' : `used by ${user}`;
  return { withdrawn: 'withdrawn', expired: 'ended unused', open: 'open' }[state];
}
