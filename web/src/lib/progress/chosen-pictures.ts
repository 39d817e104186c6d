/** Which pictures of a list are marked, by their ids. */

/** With a picture put in or taken out. */
export function toggled(chosen: ReadonlySet<number>, id: number): Set<number> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** All of them, or none where all are marked already. */
export function allOrNone(chosen: ReadonlySet<number>, ids: readonly number[]): Set<number> {
  return ids.every((id) => chosen.has(id)) ? new Set() : new Set(ids);
}

/** Bits with as many digits as they need: `0.42 bits`, `1 bit`. */
export function bitsText(gain: number): string {
  if (gain > 0 && gain < 0.005) return 'less than 0.01 bits';
  const text = gain.toFixed(2).replace(/\.?0+$/, '') || '0';
  return text === '1' ? '1 bit' : `${text} bits`;
}
