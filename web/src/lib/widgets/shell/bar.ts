/** Which places stand in the bar of a phone, and which behind its "More". */

/** So many fit beside each other with their names. */
export const SLOTS = 5;

/** All of them where they fit; else the first ones, and the rest for the menu that takes the last
 * slot. */
export function barOf<P>(places: readonly P[], slots = SLOTS): { shown: P[]; rest: P[] } {
  const fit = places.length <= slots ? places.length : slots - 1;
  return { shown: places.slice(0, fit), rest: places.slice(fit) };
}
