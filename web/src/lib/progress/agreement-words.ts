/** The figures of agreement in plain sentences, and why one of them cannot be given. */
import type { Question } from '$lib/pictures/picture';
import { sortedBy } from './people';
import type { Agreement, Annotator, Figure } from './requests';
import { amountText, shareText } from './standing';

export type Measure = 'percent' | 'fleiss' | 'alpha';

export interface MeasureWords {
  measure: Measure;
  title: string;
  /** What it tells. */
  meaning: string;
}

export const MEASURES: readonly MeasureWords[] = [
  {
    measure: 'percent',
    title: 'Percent agreement',
    meaning:
      'How often two answers about the same picture are the same. Some of that would come by chance.',
  },
  {
    measure: 'fleiss',
    title: 'Fleiss’ kappa',
    meaning: 'Agreement with chance taken out: 0 is what chance would bring, 1 is always.',
  },
  {
    measure: 'alpha',
    title: 'Krippendorff’s alpha',
    meaning:
      'Like kappa, and fair where few answers came. He asks for 0.8 to conclude from, and calls 0.667 tentative.',
  },
];

/** A kappa or an alpha with two digits, and a minus that is one. */
export const coefficientText = (value: number): string =>
  value
    .toFixed(2)
    .replace(/^-0\.00$/, '0.00')
    .replace('-', '−');

export const figureText = (measure: Measure | 'kappa', value: number): string =>
  measure === 'percent' ? shareText(value) : coefficientText(value);

/** `0.61 to 0.74`, with how sure that is; null where no interval can be given. */
export function intervalText(measure: Measure | 'kappa', { low, high }: Figure): string | null {
  if (low === null || high === null) return null;
  return `${figureText(measure, low)} to ${figureText(measure, high)}`;
}

/** Why a figure is undefined. */
export function undefinedText(measure: Measure | 'kappa', found: Agreement): string {
  if (found.paired === 0) return 'Undefined: no picture has two answers yet.';
  const used = found.classes.filter(({ answers }) => answers > 0).length;
  if (measure !== 'percent' && used < 2) {
    return 'Undefined: all answers name one class, so chance alone would agree.';
  }
  return 'Undefined: there are too few answers for it.';
}

/** Why one class has no figure. */
export function classUndefinedText(answers: number): string {
  return answers === 0 ? 'Nobody chose it.' : 'No picture with it has two answers.';
}

/** What all figures rest on. */
export function basisText({ answers, pictures, paired }: Agreement): string {
  const all = `${amountText(answers, 'answer')} about ${amountText(pictures, 'picture')}`;
  if (paired === 0) return `${all}, none of which has two answers yet.`;
  const few = `${amountText(paired, 'picture')} ${paired === 1 ? 'has' : 'have'}`;
  return `${all}; ${few} two answers or more, and only these tell about agreement.`;
}

/** What annotators are compared with. */
export function referenceText(reference: string): string {
  return reference === 'truth'
    ? 'Compared with known answers and what reviewers decided.'
    : 'Compared with what most of the others say, since nothing is known for sure.';
}

/** Why there is no agreement at all, for a question of this kind. */
export function absenceText({ kind }: Pick<Question, 'kind'>): string {
  return kind === 'single'
    ? 'Nobody has answered this question yet. Two answers about the same picture are where it begins.'
    : 'Agreement is computed for questions with one class per picture, which this is not.';
}

/** Where somebody said something else than the reference, the most frequent first. */
export const mistakesOf = (confusions: Annotator['confusions']): Annotator['confusions'] =>
  sortedBy(
    confusions.filter(({ reference, said }) => reference !== said),
    ({ pictures }) => pictures,
    true,
  );
