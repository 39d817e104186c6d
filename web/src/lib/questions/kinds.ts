/** The kinds of questions in words. */
import type { Question } from '$lib/pictures/picture';

export type Kind = Question['kind'];

export const KINDS: readonly Kind[] = ['single', 'many', 'number'];

export const KIND_WORDS: Record<Kind, { title: string; hint: string }> = {
  single: {
    title: 'One class',
    hint: 'Each picture shows exactly one of several classes.',
  },
  many: {
    title: 'Any number of classes',
    hint: 'A picture can show several of them, or none.',
  },
  number: {
    title: 'A number',
    hint: 'Something is counted or estimated, such as a share in %.',
  },
};
