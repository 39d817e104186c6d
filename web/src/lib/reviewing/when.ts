/** When something was, as short as it can be said and be understood. */

const DAY = 24 * 60 * 60 * 1000;

/** `just now`, `12 min ago`, `14:05`, `Tue 14:05`, `3 Mar`, `3 Mar 2024`: on the clock of the
 * reader. */
export function whenText(moment: string, now: Date = new Date()): string {
  const then = new Date(moment);
  const gone = now.getTime() - then.getTime();
  if (gone < 60_000) return 'just now';
  if (gone < 60 * 60_000) return `${Math.floor(gone / 60_000)} min ago`;
  const clock = then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (then.toDateString() === now.toDateString()) return clock;
  if (gone < 6 * DAY) {
    return `${then.toLocaleDateString('en-GB', { weekday: 'short' })} ${clock}`;
  }
  const year = then.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year });
}
