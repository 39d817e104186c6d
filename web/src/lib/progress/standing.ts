/** How a question stands, in parts and in words. */
import type { Progress } from './requests';

export interface Part {
  state: 'closed' | 'review' | 'open';
  title: string;
  pictures: number;
  /** Of all pictures, from 0 to 1. */
  share: number;
}

/** The parts of the bar, from what is done to what is not; together they are all pictures. */
export function partsOf({ closed, review, open }: Progress): Part[] {
  const all = closed + review + open;
  const part = (state: Part['state'], title: string, pictures: number): Part => ({
    state,
    title,
    pictures,
    share: all === 0 ? 0 : pictures / all,
  });
  return [
    part('closed', 'Done', closed),
    part('review', 'In review', review),
    part('open', 'Open', open),
  ];
}

/** When it will end, as far as that can be told. */
export function forecastText({ answers_left, days_left, per_day }: Progress): string {
  if (answers_left === 0) return 'No answer is wanted any more.';
  if (days_left === null || per_day.length === 0) {
    return 'There is no forecast yet: it needs a day on which people have answered.';
  }
  const basis =
    per_day.length === 1
      ? 'of the one day on which people answered'
      : `of the last ${per_day.length} days on which people answered`;
  return `${daysText(days_left)} at the rate ${basis}. This is an estimate.`;
}

/** `Less than a day`, `About 6 days`, `About 3 months`: no more exact than an estimate is. */
export function daysText(days: number): string {
  if (days < 0.95) return 'Less than a day';
  if (days < 60) {
    const whole = Math.round(days);
    return `About ${whole} ${whole === 1 ? 'day' : 'days'}`;
  }
  if (days < 700) return `About ${Math.round(days / 30.4)} months`;
  return `About ${Math.round(days / 365)} years`;
}

/** Whole percent, but never 0 % or 100 % for what is not quite that. */
export function shareText(share: number): string {
  if (share <= 0) return '0 %';
  if (share >= 1) return '100 %';
  if (share < 0.01) return 'less than 1 %';
  return `${Math.min(99, Math.round(share * 100))} %`;
}

export const countText = (count: number): string => count.toLocaleString('en');

/** `12 answers`, `1 picture`. */
export const amountText = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** `Mon 16 Nov`, of a day such as `2026-11-16`: days are counted in UTC. */
export function dayText(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
}
