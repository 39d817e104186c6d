/** Accounts and links in words, and what can be done about them. */
import { roleText, type Role } from '$lib/session/roles';
import type { Invitation, NewInvitation, User } from './requests';

export type UserDeed = 'reset' | 'administer' | 'demote' | 'disable' | 'enable';

/** What can be done about an account; one's own is neither locked nor demoted by accident. */
export function deedsOf(user: User, own: number): UserDeed[] {
  if (user.disabled_at !== null) return ['enable'];
  if (user.id === own) return ['reset'];
  return ['reset', user.administrator ? 'demote' : 'administer', 'disable'];
}

export const DEED_TITLES: Record<UserDeed, string> = {
  reset: 'Make a link for a new password',
  administer: 'Make an administrator',
  demote: 'No longer an administrator',
  disable: 'Lock the account',
  enable: 'Let in again',
};

export interface Wish {
  administrator: boolean;
  /** 0 for none. */
  dataset: number;
  role: Role;
  note: string;
  days: number;
}

/** What is sent: a role only beside its dataset. */
export function invitationOf({ administrator, dataset, role, note, days }: Wish): NewInvitation {
  return {
    administrator,
    dataset_id: dataset === 0 ? null : dataset,
    role: dataset === 0 ? null : role,
    note: note.trim(),
    days,
  };
}

/** What a link lets its holder do. */
export function offerText({ purpose, user, dataset, role, administrator }: Invitation): string {
  if (purpose === 'reset') return `New password for ${user ?? 'somebody'}`;
  const parts = [
    administrator ? 'administrator' : null,
    dataset !== null && role !== null ? `${roleText(role)} in ${dataset}` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'An account' : `Join as ${parts.join(' and ')}`;
}

/** Links that somebody can still use, then the others, each in their order. */
export function openFirst(invitations: readonly Invitation[]): Invitation[] {
  const open = invitations.filter(({ state }) => state === 'open');
  return [...open, ...invitations.filter(({ state }) => state !== 'open')];
}

/** Accounts in whose names a text stands. */
export function matching(users: readonly User[], text: string): User[] {
  const wanted = text.trim().toLowerCase();
  return users.filter(({ name, full_name }) =>
    `${name} ${full_name}`.toLowerCase().includes(wanted),
  );
}
