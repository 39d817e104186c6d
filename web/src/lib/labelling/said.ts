/** What somebody says about a picture, and what they are about to say. */
import type { components } from '$lib/api/schema';
import { numberText } from '$lib/pictures/label-words';
import type { Choice, Question } from '$lib/pictures/picture';

export type NewAnswer = components['schemas']['NewAnswer'];
export type AnswerOutcome = components['schemas']['AnswerOutcome'];

export interface Said {
  verdict: NonNullable<NewAnswer['verdict']>;
  choice_ids: number[];
  number: number | null;
}

/** The three ways of going on without an answer. */
export type WayOut = 'unsure' | 'cannot_tell' | 'skip';

export const wayOut = (verdict: WayOut): Said => ({ verdict, choice_ids: [], number: null });

export const oneClass = (id: number): Said => ({
  verdict: 'answer',
  choice_ids: [id],
  number: null,
});

/** What is said, as words of its question. */
export function saidWords(said: Said, question: Pick<Question, 'choices' | 'settings'>): string {
  const { verdict, choice_ids, number } = said;
  if (verdict === 'unsure') return 'Unsure';
  if (verdict === 'cannot_tell') return 'Cannot tell';
  if (verdict === 'skip') return 'Skipped';
  if (verdict === 'withdrawn') return 'Taken back';
  if (number !== null) return `${numberText(number)} ${question.settings.unit}`.trim();
  if (choice_ids.length === 0) return 'None of them';
  return choice_ids.map((id) => nameOf(question.choices, id)).join(', ');
}

function nameOf(choices: readonly Choice[], id: number): string {
  return choices.find((choice) => choice.id === id)?.name ?? `Class ${id}`;
}

/** An answer that takes more than one key: classes that are on so far, or a number being typed. */
export class Draft {
  readonly chosen: readonly number[];
  readonly text: string;

  constructor(chosen: readonly number[] = [], text = '') {
    this.chosen = chosen;
    this.text = text;
  }

  /** What was said, to be changed. */
  static of(said: Said): Draft {
    return new Draft(said.choice_ids, said.number === null ? '' : String(said.number));
  }

  get empty(): boolean {
    return this.chosen.length === 0 && this.text.trim() === '';
  }

  toggled(id: number): Draft {
    const without = this.chosen.filter((other) => other !== id);
    return new Draft(
      without.length < this.chosen.length ? without : [...this.chosen, id],
      this.text,
    );
  }

  typed(text: string): Draft {
    return new Draft(this.chosen, text);
  }
}

/** The number that somebody typed, or what is wrong with it. Both 3.5 and 3,5 are numbers. */
export function readNumber(
  text: string,
  { least, greatest }: Pick<Question['settings'], 'least' | 'greatest'>,
): { number: number } | { error: string } {
  const plain = text.trim().replace(',', '.');
  if (plain === '') return { error: 'Type a number.' };
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) || !Number.isFinite(Number(plain))) {
    return { error: `${text.trim()} is not a number.` };
  }
  const number = Number(plain);
  if (least !== null && number < least) {
    return { error: `The least that is allowed is ${numberText(least)}.` };
  }
  if (greatest !== null && number > greatest) {
    return { error: `The most that is allowed is ${numberText(greatest)}.` };
  }
  return { number };
}
