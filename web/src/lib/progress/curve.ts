/** The geometry of a learning curve: from labels and accuracies to places on a field. */
import { rangeOf, type Field, type Tick } from './line';
import type { CurvePoint, Stopping } from './requests';
import { shareText } from './standing';

export interface Mark {
  x: number;
  y: number;
  /** The ends of its interval. */
  top: number;
  bottom: number;
  text: string;
}

export interface Curve {
  marks: Mark[];
  /** The `d` of the fitted line, up to all labels there are and beyond them; empty without a fit. */
  fitted: string;
  ahead: string;
  /** The `d` of the area that holds the fitted line 95 times in 100; empty without a fit. */
  band: string;
  /** Where all labels that there are lie. */
  now: number;
  rows: Tick[];
  columns: Tick[];
}

export function curveOf({ points, band }: Pick<Stopping, 'points' | 'band'>, field: Field): Curve {
  const all = [...points, ...band];
  const counts = all.map(({ labels }) => labels);
  const [first, last] = [Math.min(...counts), Math.max(...counts)];
  const [least, most] = rangeOf(all.flatMap((point) => boundsOf(point)));
  const [from, to] = [field.left + field.inset, field.width - field.inset];
  const [top, bottom] = [field.inset, field.height - field.bottom - field.inset];
  const x = (labels: number) =>
    round(
      last === first ? (from + to) / 2 : from + ((labels - first) / (last - first)) * (to - from),
    );
  const y = (value: number) => round(bottom - ((value - least) / (most - least)) * (bottom - top));
  const now = points.at(-1)?.labels ?? first;
  const place = ({ labels, accuracy }: CurvePoint) => `${x(labels)} ${y(accuracy.value)}`;
  const highs = band.map((point) => `${x(point.labels)} ${y(boundsOf(point)[1])}`);
  const lows = band.map((point) => `${x(point.labels)} ${y(boundsOf(point)[0])}`).reverse();
  const until = band.filter(({ labels }) => labels <= now);
  const beyond = [...until.slice(-1), ...band.filter(({ labels }) => labels > now)];
  return {
    marks: points.map((point) => {
      const [low, high] = boundsOf(point);
      return {
        x: x(point.labels),
        y: y(point.accuracy.value),
        top: y(high),
        bottom: y(low),
        text: pointText(point),
      };
    }),
    fitted: pathOf(until.map(place)),
    ahead: pathOf(beyond.map(place)),
    band: highs.length > 1 ? `M${[...highs, ...lows].join('L')}Z` : '',
    now: x(now),
    rows: [most, (least + most) / 2, least].map((value) => ({
      at: y(value),
      text: `${Math.round(value * 100)} %`,
    })),
    columns: apart(
      [...new Set([first, now, last])].map((labels) => ({
        at: x(labels),
        text: labels.toLocaleString('en'),
      })),
    ),
  };
}

/** `240 labels: 83 %, between 75 % and 89 %`. */
export function pointText(point: CurvePoint): string {
  const [low, high] = boundsOf(point);
  return `${point.labels.toLocaleString('en')} labels: ${shareText(point.accuracy.value)}, between ${shareText(low)} and ${shareText(high)}`;
}

export function boundsOf({ accuracy }: CurvePoint): [number, number] {
  return [accuracy.low ?? accuracy.value, accuracy.high ?? accuracy.value];
}

/** Leaves out what would run into the one before it, ROOM px wide. */
const apart = (ticks: Tick[]): Tick[] =>
  ticks.filter(({ at }, index) => index === 0 || at - (ticks[index - 1] as Tick).at >= ROOM);

const ROOM = 40;

const pathOf = (places: string[]): string => (places.length > 1 ? `M${places.join('L')}` : '');

const round = (value: number): number => Math.round(value * 10) / 10;
