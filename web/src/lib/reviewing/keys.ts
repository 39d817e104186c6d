/** Which keys the classes have, and which are left for the reviewer's own actions. */
import { keyOf } from '$lib/labelling/choices';
import type { Question } from '$lib/pictures/picture';
import { normalise } from '$lib/widgets/keys/chord';

export interface OwnKeys {
  cannotTell: string[];
  askAgain: string[];
  gold: string[];
  undo: string[];
  comment: string[];
}

/** The keys that begin a number. */
export const NUMBER_KEYS = [...'0123456789-.,'];

/** The key of each class that is offered and has one: the same as where it is labelled. */
export function chordsOf({ choices }: Pick<Question, 'choices'>): Map<number, string> {
  return new Map(
    choices.flatMap((choice) => {
      const key = choice.offered ? keyOf(choice) : null;
      return key === null ? [] : [[choice.id, key] as const];
    }),
  );
}

/** The keys of the reviewer's own actions: a class that has one of them comes first, and the
 * action then has its other one. */
export function ownKeys(question: Pick<Question, 'choices' | 'kind'>): OwnKeys {
  const classes = question.kind === 'number' ? [] : [...chordsOf(question).values()];
  const taken = new Set(classes.map((key) => normalise(key)));
  const free = (...wanted: string[]) => wanted.filter((key) => !taken.has(normalise(key)));
  const first = (...wanted: string[]) => free(...wanted).slice(0, 1);
  return {
    cannotTell: first('c', 'shift+c', 'alt+c'),
    askAgain: first('a', 'shift+a', 'alt+a'),
    gold: first('g', 'shift+g', 'alt+g'),
    undo: free('z', 'mod+z', 'Backspace'),
    comment: first('m', 'shift+m', 'alt+m'),
  };
}
