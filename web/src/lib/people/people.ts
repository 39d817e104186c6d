/** The people of a dataset: in which order they stand, and what a change of theirs would mean. */
import type { components } from '$lib/api/schema';
import type { Role } from '$lib/session/roles';

export type Person = components['schemas']['Person'];

export interface RoleWords {
  role: Role;
  title: string;
  /** What somebody in it may do, in a line. */
  text: string;
}

/** The roles, from the one that may do least: each may do all that those before it may. */
export const ROLE_WORDS: readonly RoleWords[] = [
  { role: 'viewer', title: 'Viewer', text: 'Looks at pictures, labels and progress.' },
  { role: 'annotator', title: 'Annotator', text: 'Answers questions, comments and flags.' },
  {
    role: 'reviewer',
    title: 'Reviewer',
    text: 'Sees who answered what, and decides where people disagree.',
  },
  {
    role: 'maintainer',
    title: 'Maintainer',
    text: 'Adds pictures, sets up questions, and says who may do what.',
  },
];

export const titleOf = (role: Role): string =>
  ROLE_WORDS.find((words) => words.role === role)?.title ?? role;

const rank = (role: Role): number => ROLE_WORDS.findIndex((words) => words.role === role);

/** Those who may do most first, then by name. */
export function inOrder(people: readonly Person[]): Person[] {
  return [...people].sort(
    (a, b) => rank(b.role) - rank(a.role) || shownName(a).localeCompare(shownName(b)),
  );
}

export const shownName = ({ full_name, name }: Pick<Person, 'full_name' | 'name'>): string =>
  full_name || name;

/** One or two letters that stand for somebody. */
export function initialsOf(person: Pick<Person, 'full_name' | 'name'>): string {
  return shownName(person)
    .split(/[\s._@-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join('');
}

export interface Question {
  title: string;
  text: string;
  confirm: string;
  danger: boolean;
}

/** What to ask before somebody gets another role, or none (null); null where nothing needs asking:
 * a role that somebody else gets can be given back at once. */
export function questionBefore(
  people: readonly Person[],
  person: Person,
  role: Role | null,
  me: string,
): Question | null {
  const own = person.name === me;
  const name = shownName(person);
  const loses = person.role === 'maintainer' && role !== 'maintainer';
  const maintainers = people.filter((one) => one.role === 'maintainer' && !one.disabled);
  const last = loses && maintainers.every((one) => one.name === person.name);
  const consequence = last
    ? ' Nobody would be left who maintains this dataset: only an administrator of this Fieldguide could change it then.'
    : '';
  if (role === null) {
    return {
      title: own ? 'Leave this dataset?' : `Remove ${name}?`,
      text: own
        ? `You will no longer see its pictures. Your answers stay.${consequence}`
        : `${name} will no longer see its pictures. All answers stay, and the role can be given again.${consequence}`,
      confirm: own ? 'Leave' : 'Remove',
      danger: true,
    };
  }
  if (!loses || (!own && !last)) return null;
  return {
    title: own ? 'Give up your own role?' : `Take the role of maintainer from ${name}?`,
    text:
      consequence.trim() ||
      'You can no longer change who may do what. Another maintainer can give the role back.',
    confirm: own ? `Become ${titleOf(role).toLowerCase()}` : 'Take the role away',
    danger: true,
  };
}
