/** Which keys the actions of the check have beside those of the classes. */
import type { Question } from '$lib/pictures/picture';
import { chordsOf } from '$lib/reviewing/keys';
import { normalise } from '$lib/widgets/keys/chord';

export { chordsOf };

export interface CaseKeys {
  suggested: string[];
  merge: string[];
  review: string[];
  dismiss: string[];
  undo: string[];
}

/** A class that has one of these keys comes first, and the action then has its other one. */
export function ownKeysOf(question: Pick<Question, 'choices' | 'kind'> | undefined): CaseKeys {
  const classes =
    question === undefined || question.kind === 'number' ? [] : [...chordsOf(question).values()];
  const taken = new Set(classes.map((key) => normalise(key)));
  const free = (...wanted: string[]) => wanted.filter((key) => !taken.has(normalise(key)));
  const first = (letter: string) => free(letter, `shift+${letter}`, `alt+${letter}`).slice(0, 1);
  return {
    suggested: first('t'),
    merge: first('m'),
    review: first('r'),
    dismiss: first('d'),
    undo: free('z', 'mod+z'),
  };
}
