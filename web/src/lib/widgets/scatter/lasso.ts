/** What lies inside a line that somebody has drawn. */
import type { Bounds, Place } from './camera';
import type { PointIndex } from './point-index';

/** The points inside a closed line, ascending. A line that crosses itself holds what an odd number
 * of its turns go round. */
export function insideLine(index: PointIndex, xy: Float32Array, line: readonly Place[]): number[] {
  if (line.length < 3) return [];
  return index
    .within(boundsOfLine(line))
    .filter((at) => isInside(line, xy[2 * at] as number, xy[2 * at + 1] as number));
}

/** Source: the crossing-number test, as in Shimrat, Algorithm 112: Position of point relative to
 * polygon, Communications of the ACM 5 (1962). */
export function isInside(line: readonly Place[], x: number, y: number): boolean {
  let inside = false;
  for (let at = 0, before = line.length - 1; at < line.length; before = at++) {
    const [a, b] = [line[at] as Place, line[before] as Place];
    const crosses = a.y > y !== b.y > y;
    if (crosses && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

/** Whether a line has come far enough from the last place to be given another one. */
export function isFar(from: Place | undefined, to: Place, least = 3): boolean {
  return from === undefined || Math.hypot(to.x - from.x, to.y - from.y) >= least;
}

function boundsOfLine(line: readonly Place[]): Bounds {
  const [x, y] = [line.map((place) => place.x), line.map((place) => place.y)];
  // Few enough to be handed over as arguments: a line has a place every three pixels.
  return {
    left: Math.min(...x),
    right: Math.max(...x),
    bottom: Math.min(...y),
    top: Math.max(...y),
  };
}
