/** The geometry of a line over days: from days and shares to places on a field of given size. */

export interface LinePoint {
  day: string;
  /** From 0 to 1; null where nothing can be said of the day. */
  value: number | null;
}

export interface Place {
  x: number;
  y: number;
}

export interface Tick {
  at: number;
  text: string;
}

export interface Line {
  /** Each run of days that have a value, as the `d` of a path. */
  paths: string[];
  /** One a point that was given, null where it has no value. */
  places: (Place | null)[];
  /** Values beside the field, from the top. */
  rows: Tick[];
}

export interface Field {
  width: number;
  height: number;
  /** Room for the values at the left, and for the days at the bottom. */
  left: number;
  bottom: number;
  /** Around the outermost points, so that their dots are whole. */
  inset: number;
}

const DAY_MS = 86_400_000;

/** Days lie as far apart as they are in time. A day without a value breaks the line. */
export function lineOf(points: readonly LinePoint[], field: Field): Line {
  const values = points.map(({ value }) => value).filter((value) => value !== null);
  const [least, most] = rangeOf(values);
  const times = points.map(({ day }) => Date.parse(`${day}T00:00:00Z`) / DAY_MS);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const [from, to] = [field.left + field.inset, field.width - field.inset];
  const [top, bottom] = [field.inset, field.height - field.bottom - field.inset];
  const x = (time: number) =>
    last === first ? (from + to) / 2 : from + ((time - first) / (last - first)) * (to - from);
  const y = (value: number) => bottom - ((value - least) / (most - least)) * (bottom - top);
  const places = points.map(({ value }, at) =>
    value === null ? null : { x: round(x(times[at] as number)), y: round(y(value)) },
  );
  const middle = (least + most) / 2;
  const rows = [most, middle, least].map((value) => ({
    at: round(y(value)),
    text: `${Math.round(value * 100)} %`,
  }));
  return { paths: pathsOf(places), places, rows };
}

/** What the field shows: whole tenths around the values, never less than a fifth in all. */
export function rangeOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  let low = Math.floor(Math.min(...values) * 10 + 1e-9);
  let high = Math.ceil(Math.max(...values) * 10 - 1e-9);
  if (low === high && low > 0 && high < 10) [low, high] = [low - 1, high + 1];
  // An even number of tenths, so that the middle is a whole one too.
  while (high - low < 2 || (high - low) % 2 === 1) {
    if (low > 0) low--;
    else high++;
  }
  return [low / 10, high / 10];
}

function pathsOf(places: readonly (Place | null)[]): string[] {
  const paths: string[] = [];
  let run: Place[] = [];
  for (const place of [...places, null]) {
    if (place !== null) run.push(place);
    else {
      if (run.length > 1) paths.push(`M${run.map(({ x, y }) => `${x} ${y}`).join('L')}`);
      run = [];
    }
  }
  return paths;
}

const round = (value: number): number => Math.round(value * 10) / 10;
