/** How fast something goes, and how long it will take. */

/** Rate over the last while, so that a slow start does not weigh on for ever. */
export class Rate {
  #marks: { at: number; done: number }[] = [];
  #now: () => number;

  constructor(
    readonly windowMs = 15_000,
    now: () => number = () => performance.now(),
  ) {
    this.#now = now;
  }

  /** Notes how much is done in all. Going back (a restart) begins anew. */
  note(done: number): void {
    const at = this.#now();
    const last = this.#marks.at(-1);
    if (last && done < last.done) this.#marks = [];
    this.#marks.push({ at, done });
    while (this.#marks.length > 2 && (this.#marks[1] as { at: number }).at <= at - this.windowMs) {
      this.#marks.shift();
    }
  }

  /** Per second; null until there is something to go by. */
  get perSecond(): number | null {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (!first || !last || last.at - first.at < 500) return null;
    return ((last.done - first.done) / (last.at - first.at)) * 1000;
  }

  /** Seconds until all is done; null where that cannot be said. */
  secondsLeft(total: number): number | null {
    const rate = this.perSecond;
    const last = this.#marks.at(-1);
    if (rate === null || rate <= 0 || !last) return null;
    return Math.max(0, total - last.done) / rate;
  }
}

/** `7 s`, `3 min`, `1 h 20 min`, `2 d 4 h`: no more exact than an estimate is. */
export function durationText(seconds: number): string {
  if (seconds < 1) return 'less than 1 s';
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `0 B`, `812 B`, `1.4 MB`, `37 GB`: in powers of a thousand. */
export function bytesText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
