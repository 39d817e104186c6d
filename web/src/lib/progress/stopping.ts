/** Whether more labels are worth it, in words and figures; never a word without its interval. */
import type { Figure, Forecast, Stopping } from './requests';
import { amountText, shareText } from './standing';

export interface VerdictWords {
  title: string;
  tone: 'good' | 'accent' | 'neutral';
}

const VERDICTS: Record<Forecast['verdict'], VerdictWords> = {
  keep: { title: 'Keep labelling', tone: 'accent' },
  little: { title: 'More labels bring little', tone: 'good' },
  unclear: { title: 'It cannot be told yet', tone: 'neutral' },
};

export const verdictOf = (forecast: Forecast): VerdictWords => VERDICTS[forecast.verdict];

/** What comes of the next answers, as a sentence of its own beside the verdict. */
export function aheadText(words: string): string {
  const sentence = `${words.split('. ')[0]?.replace(/\.$/, '')}.`;
  const rest = sentence.slice(sentence.indexOf(': ') + 2);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** `75 to 89 %`; null where no interval can be given. */
export function sharesText({ low, high }: Figure): string | null {
  if (low === null || high === null) return null;
  const [from, to] = [shareText(low), shareText(high)];
  return `${from.replace(' %', '')} to ${to}`;
}

/** `+1.2 points`: percentage points with one digit. */
export const gainText = ({ value }: Figure): string => `+${pointsOf(value)} points`;

/** `0.4 to 2.1 points`; null where no interval can be given. */
export function gainsText({ low, high }: Figure): string | null {
  return low === null || high === null ? null : `${pointsOf(low)} to ${pointsOf(high)} points`;
}

/** `6 minutes`, `2 hours`: no more exact than a guess from past paces is. */
export function minutesText(minutes: number): string {
  if (minutes < 1) return 'Less than a minute';
  if (minutes < 90) return amountText(Math.round(minutes), 'minute');
  return amountText(Math.round(minutes / 60), 'hour');
}

/** What the figures come from, so that nobody has to guess. */
export function basisText({
  judged,
  scenes,
  learned,
  left_out,
  without_vectors,
}: Stopping): string {
  const grouped =
    scenes < judged ? ` from ${amountText(scenes, 'group or scene', 'groups or scenes')}` : '';
  const parts = [
    `Measured on ${amountText(judged, 'picture')}${grouped}, drawn by lot and labelled without suggestions, with a model of ${amountText(learned, 'label')}.`,
  ];
  if (left_out > 0) {
    parts.push(
      `${amountText(left_out, 'label')} of the same groups or scenes ${left_out === 1 ? 'was' : 'were'} left out.`,
    );
  }
  if (without_vectors > 0) {
    parts.push(
      `${amountText(without_vectors, 'labelled picture')} without vectors ${without_vectors === 1 ? 'does' : 'do'} not count yet.`,
    );
  }
  return parts.join(' ');
}

const pointsOf = (share: number): string => (100 * share).toFixed(1).replace(/^-0\.0$/, '0.0');
