import type { Sort } from '$lib/grid-page/filter';

/** The orders of a grid, and which of them belong to a question. */
export const SORTS: readonly { value: Sort; title: string; needsQuestion: boolean }[] = [
  { value: 'name', title: 'Name', needsQuestion: false },
  { value: 'added', title: 'When added', needsQuestion: false },
  { value: 'certainty', title: 'Certainty', needsQuestion: true },
  { value: 'order', title: 'Order of the question', needsQuestion: true },
];
