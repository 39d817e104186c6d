/** A number as it is typed, and what is wrong with it. */
import { numberText } from '$lib/pictures/label-words';
import type { Question } from '$lib/pictures/picture';

type Limits = Pick<Question['settings'], 'least' | 'greatest' | 'unit'>;

/** What is allowed, for people: `From 0 to 12 cm`; empty where everything is. */
export function limitsText({ least, greatest, unit }: Limits): string {
  const of = (number: number) => numberText(number) + (unit && ` ${unit}`);
  if (least !== null && greatest !== null) return `From ${numberText(least)} to ${of(greatest)}`;
  if (least !== null) return `At least ${of(least)}`;
  if (greatest !== null) return `At most ${of(greatest)}`;
  return unit && `In ${unit}`;
}

/** Reads a number with a point or a comma before its decimals. */
export function readNumber(typed: string, limits: Limits): { number: number } | { error: string } {
  const text = typed.trim().replace(',', '.').replace('−', '-');
  if (text === '') return { error: 'Type a number, then press Enter.' };
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    return { error: `“${typed.trim()}” is not a number. Write it as 12 or 3.5.` };
  }
  const number = Number(text);
  const { least, greatest } = limits;
  const outside = (least !== null && number < least) || (greatest !== null && number > greatest);
  if (outside || !Number.isFinite(number)) {
    return { error: `${numberText(number)} is not allowed. ${limitsText(limits)}.` };
  }
  return { number };
}
