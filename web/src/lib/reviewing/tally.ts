/** What the people said about one picture, counted: what a reviewer reads first. */
import { historyOf } from '$lib/pictures/history';
import type { Choice, Question, Verdict, Vote } from '$lib/pictures/picture';

export interface ClassTally {
  choice: Choice;
  /** Who chose it, in the order of their answers. */
  who: string[];
}

export interface NumberTally {
  number: number;
  who: string[];
}

export interface Tally {
  /** How many answers there are to weigh. */
  total: number;
  /** The classes that were chosen, those of most people first. */
  classes: ClassTally[];
  /** The numbers that were given, rising. */
  numbers: NumberTally[];
  /** Who said that no class applies, of a question with many choices. */
  none: string[];
  cannotTell: string[];
  unsure: string[];
  /** The decision of a reviewer that stands, the latest where there are several. */
  decision: Vote | null;
}

/** Counts the answers that stand, as the server does: decisions stand above them, models and
 * answers left for later do not count, and merged classes count for what they became. */
export function tallyOf(votes: readonly Vote[], question: Question): Tally {
  const standing = historyOf(votes)
    .filter(({ vote, stands }) => stands && vote.verdict !== 'skip')
    .map(({ vote }) => vote)
    .reverse();
  const heard = counted(standing, question);
  const who = (verdict: Verdict) => heard.filter((v) => v.verdict === verdict).map(nameOf);
  const answers = heard.filter(({ verdict }) => verdict === 'answer');
  return {
    total: heard.length,
    classes: question.kind === 'number' ? [] : classesOf(answers, question),
    numbers: question.kind === 'number' ? numbersOf(answers) : [],
    none: question.kind === 'many' ? answers.filter(isNone).map(nameOf) : [],
    cannotTell: who('cannot_tell'),
    unsure: who('unsure'),
    decision: standing.findLast(({ decides }) => decides) ?? null,
  };
}

/** The answers that count, of those that stand. */
function counted(standing: readonly Vote[], question: Question): Vote[] {
  const plain = standing.filter((v) => !v.decides);
  const people = plain.filter((v) => v.annotator_kind === 'person');
  const withImports = question.settings.count_imports || people.length === 0;
  return plain.filter(
    (v) => v.annotator_kind === 'person' || (withImports && v.annotator_kind === 'import'),
  );
}

function classesOf(answers: readonly Vote[], question: Question): ClassTally[] {
  const found = new Map<number, ClassTally>();
  for (const vote of answers) {
    const chosen = new Set(vote.choice_ids.map((id) => mergedInto(question, id)));
    for (const choice of chosen) {
      if (choice === undefined) continue;
      const tally = found.get(choice.id) ?? { choice, who: [] };
      tally.who.push(vote.annotator);
      found.set(choice.id, tally);
    }
  }
  return [...found.values()].sort(
    (a, b) => b.who.length - a.who.length || a.choice.position - b.choice.position,
  );
}

function numbersOf(answers: readonly Vote[]): NumberTally[] {
  const found = new Map<number, NumberTally>();
  for (const { number, annotator } of answers) {
    if (number === null) continue;
    const tally = found.get(number) ?? { number, who: [] };
    tally.who.push(annotator);
    found.set(number, tally);
  }
  return [...found.values()].sort((a, b) => a.number - b.number);
}

/** The class that an answer counts for today; undefined where the question no longer knows it. */
export function mergedInto(question: Question, id: number): Choice | undefined {
  const seen = new Set<number>();
  let choice = question.choices.find((one) => one.id === id);
  while (choice?.merged_into != null && !seen.has(choice.id)) {
    seen.add(choice.id);
    const into: number = choice.merged_into;
    choice = question.choices.find((one) => one.id === into) ?? choice;
  }
  return choice;
}

/** The classes that more than half of those chose who chose at all, to begin a decision with. */
export function mostlyChosen(tally: Tally): number[] {
  const told = tally.total - tally.cannotTell.length - tally.unsure.length;
  return tally.classes
    .filter(({ choice, who }) => choice.offered && 2 * who.length > told)
    .map(({ choice }) => choice.id);
}

/** The number in the middle of those that were given; null without any. */
export function medianOf(tally: Tally): number | null {
  const all = tally.numbers.flatMap(({ number, who }) => who.map(() => number));
  if (all.length === 0) return null;
  const half = Math.floor(all.length / 2);
  const upper = all[half] as number;
  return all.length % 2 === 1 ? upper : ((all[half - 1] as number) + upper) / 2;
}

const nameOf = ({ annotator }: Vote): string => annotator;
const isNone = ({ choice_ids }: Vote): boolean => choice_ids.length === 0;
