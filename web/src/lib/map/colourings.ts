/** By what a map can be coloured, in the order in which it is offered. */
import type { Column } from '$lib/pictures/dataset-facts';
import type { Question } from '$lib/pictures/picture';

export interface Colouring {
  value: string;
  title: string;
  /** Whether it is about a question. */
  asks: boolean;
  /** Whether it needs predictions. */
  predicts?: true;
}

const ABOUT_LABEL: Colouring[] = [
  { value: 'label', title: 'Label', asks: true },
  { value: 'certainty', title: 'Certainty of the label', asks: true },
  { value: 'state', title: 'State', asks: true },
  { value: 'annotator', title: 'Who answered', asks: true },
  { value: 'prediction', title: 'Prediction', asks: true, predicts: true },
  { value: 'sureness', title: 'Certainty of the prediction', asks: true, predicts: true },
  { value: 'correctness', title: 'Correctness', asks: true, predicts: true },
];

const ABOUT_PICTURE: Colouring[] = [
  { value: 'part', title: 'Part', asks: false },
  { value: 'group', title: 'Group', asks: false },
  { value: 'source', title: 'Where it came from', asks: false },
];

export function colouringsFor(
  question: Question | undefined,
  columns: readonly Column[],
): Colouring[] {
  const about = ABOUT_LABEL.filter(({ predicts }) => !predicts || question?.kind === 'single');
  return [
    ...(question === undefined ? [] : about),
    ...ABOUT_PICTURE,
    ...columns.map(({ name }) => ({ value: `column:${name}`, title: name, asks: false })),
  ];
}

/** The one that the address asks for, or the first. */
export function colouringOf(wanted: string | null, offered: readonly Colouring[]): Colouring {
  return offered.find(({ value }) => value === wanted) ?? (offered[0] as Colouring);
}
