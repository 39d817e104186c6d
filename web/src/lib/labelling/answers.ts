/** What is handed out, what is said about it, and how it goes to the server. */
import type { components } from '$lib/api/schema';

export type NewAnswer = components['schemas']['NewAnswer'];
export type AnswerOutcome = components['schemas']['AnswerOutcome'];
export type OwnAnswer = components['schemas']['OwnAnswer'];

/** A picture to answer. */
export type Handed = Pick<
  components['schemas']['LeasedPicture'],
  'id' | 'name' | 'sha256' | 'width' | 'height'
>;

/** An answer without the picture it is about. */
export interface Said {
  verdict: 'answer' | 'unsure' | 'cannot_tell' | 'skip';
  choice_ids: number[];
  number: number | null;
}

/** The three ways out that need no class. */
export const UNSURE: Said = { verdict: 'unsure', choice_ids: [], number: null };
export const CANNOT_TELL: Said = { verdict: 'cannot_tell', choice_ids: [], number: null };
export const SKIP: Said = { verdict: 'skip', choice_ids: [], number: null };

export const ofClasses = (choice_ids: readonly number[]): Said => ({
  verdict: 'answer',
  choice_ids: [...choice_ids],
  number: null,
});

export const ofNumber = (number: number): Said => ({ verdict: 'answer', choice_ids: [], number });

/** The most pictures that the server hands out at once. */
export const MOST_AT_ONCE = 200;
/** The most pictures that the server is told of as held. */
export const MOST_HELD = 1000;
