/** What a role lets somebody do: each may do all that those before it may. */
import type { components } from '$lib/api/schema';

export type Role = components['schemas']['DatasetRole']['role'];

const ROLES: readonly Role[] = ['viewer', 'annotator', 'reviewer', 'maintainer'];

/** Whether a role is `needed` or one that may do more. */
export function atLeast(role: Role | null | undefined, needed: Role): boolean {
  return role != null && ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** What somebody in a role does, for people: `a reviewer`. */
export function roleText(role: Role): string {
  return role === 'annotator' ? 'an annotator' : `a ${role}`;
}

/** What a role may do, in a few words. */
export const ROLE_HINTS: Record<Role, string> = {
  viewer: 'You can look at the pictures and their labels.',
  annotator: 'You can look at the pictures and answer questions about them.',
  reviewer: 'You can answer questions, and decide where people disagree.',
  maintainer: 'You can add pictures, ask questions, and say who may do what.',
};
