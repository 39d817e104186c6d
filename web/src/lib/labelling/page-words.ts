/** What a page of pictures is about, in words. */
import type { Choice } from '$lib/pictures/picture';
import type { OrderBy, PageFacts } from './page-session';

/** The orders in which pages can be asked for, as the page's menu shows them. */
export const ORDERS: readonly { by: OrderBy; title: string; hint: string }[] = [
  { by: 'class', title: 'By class', hint: 'Pages of pictures that look like one class' },
  { by: 'cluster', title: 'Look-alikes', hint: 'Pages of pictures that look like one another' },
  { by: 'useful', title: 'Most useful', hint: 'Where the model is unsure, each unlike the others' },
];

export const isOrder = (value: string | null): value is OrderBy =>
  value === 'similar' || ORDERS.some(({ by }) => by === value);

/** What somebody is asked about a page. */
export function questionOf(facts: PageFacts, choices: readonly Choice[]): string {
  if (facts.blind) return 'What is this?';
  const name = choices.find(({ id }) => id === facts.choice_id)?.name;
  if (facts.by === 'class' && name !== undefined) return `Are these all ${name}?`;
  if (facts.by === 'similar') return 'What are these? They look like the picture that you chose.';
  if (facts.by === 'cluster') return 'What are these? They look like one another.';
  return 'What is this?';
}

/** How sure the model is of a page, as a person reads it. */
export function expectation(facts: PageFacts, pictures: number): string | null {
  if (facts.blind || facts.expected === null || pictures === 0) return null;
  const wrong = Math.round((1 - facts.expected) * pictures);
  if (wrong === 0) return 'By its own certainty the model is right about all of them.';
  return `By its own certainty the model is wrong about ${wrong} of these ${pictures}.`;
}

/** Whether a page takes one answer for all pictures that are left on it. */
export const isTogether = (facts: PageFacts): boolean =>
  !facts.blind && (facts.by === 'class' || facts.by === 'cluster' || facts.by === 'similar');

export const percent = (share: number): string =>
  // Never a hundred: a model is not certain.
  `${Math.min(99, Math.round(share * 100))} %`;
