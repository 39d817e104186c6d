/** A label or a vote in the words and colours of its question. */
import type { Choice, Label, Question, Verdict, Vote } from './picture';

export interface Words {
  /** What it says: the class, the number, or what stands in their place. */
  text: string;
  /** The class's colour, where it is one class. */
  colour: string | null;
  /** answer: it says something; none: nothing was said yet; other: said, but no answer. */
  kind: 'answer' | 'none' | 'other';
}

const VERDICTS: Record<Exclude<Verdict, 'answer'>, string> = {
  unsure: 'Unsure',
  cannot_tell: 'Cannot tell',
  skip: 'Left for later',
  withdrawn: 'Taken back',
};

const NONE: Words = { text: 'No label', colour: null, kind: 'none' };

export function choiceOf(question: Question | undefined, id: number): Choice | undefined {
  return question?.choices.find((choice) => choice.id === id);
}

/** What the label of a picture says. */
export function labelWords(label: Label | null, question: Question | undefined): Words {
  if (label === null) return NONE;
  if (label.verdict === null) {
    return label.state === 'review' ? { text: 'In review', colour: null, kind: 'other' } : NONE;
  }
  return wordsOf(label.verdict, label.choice_ids, label.number, question);
}

/** What one person answered, its classes as they were called then. */
export const voteWords = (
  { verdict, choice_ids, number }: Pick<Vote, 'verdict' | 'choice_ids' | 'number'>,
  question: Question | undefined,
): Words => wordsOf(verdict, choice_ids, number, question);

function wordsOf(
  verdict: Verdict,
  choiceIds: readonly number[],
  number: number | null,
  question: Question | undefined,
): Words {
  if (verdict !== 'answer') return { text: VERDICTS[verdict], colour: null, kind: 'other' };
  if (number !== null) {
    const unit = question?.settings.unit ?? '';
    return { text: numberText(number) + (unit && ` ${unit}`), colour: null, kind: 'answer' };
  }
  if (choiceIds.length === 0) return { text: 'None of them', colour: null, kind: 'answer' };
  const choices = choiceIds.map((id) => choiceOf(question, id));
  return {
    text: choices.map((choice, at) => choice?.name ?? `Class ${choiceIds[at]}`).join(', '),
    colour: choices.length === 1 ? (choices[0]?.colour ?? null) : null,
    kind: 'answer',
  };
}

/** A number with no more digits than it needs. */
export const numberText = (number: number): string =>
  number.toLocaleString('en', { maximumSignificantDigits: 6 });

/** `87 %`, `less than 1 %`, `99.5 %`: never 100 % for what is not quite certain. */
export function certaintyText(certainty: number): string {
  const percent = certainty * 100;
  if (certainty >= 1) return '100 %';
  if (percent > 99) return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
  if (percent > 0 && percent < 1) return 'less than 1 %';
  return `${Math.round(percent)} %`;
}
