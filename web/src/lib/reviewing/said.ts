/** What a reviewer decides, as the server takes it. */
import type { Said as AnySaid } from '$lib/labelling/answers';

/** A decision says something: to be unsure or to skip settles nothing. */
export type Said = AnySaid & { verdict: 'answer' | 'cannot_tell' };

export const CANNOT_TELL: Said = { verdict: 'cannot_tell', choice_ids: [], number: null };

export const classesSaid = (...ids: number[]): Said => ({
  verdict: 'answer',
  choice_ids: [...ids].sort((a, b) => a - b),
  number: null,
});

export const numberSaid = (number: number): Said => ({
  verdict: 'answer',
  choice_ids: [],
  number,
});
