/** How many points are drawn while the picture moves: as many as leave the movement smooth. */

/** A frame may take so long, in milliseconds. */
const WANTED = 28;
const LEAST = 15_000;

export class FrameBudget {
  #count = Infinity;

  /** How many points the next moving frame may have. */
  get count(): number {
    return this.#count;
  }

  /** Learns how long a frame with so many points took. */
  note(drawn: number, milliseconds: number): void {
    if (milliseconds > WANTED * 1.3 && drawn > LEAST) {
      this.#count = Math.max(LEAST, (drawn * WANTED) / milliseconds);
    } else if (milliseconds < WANTED * 0.7) {
      this.#count = Math.max(this.#count, drawn) * 1.15;
    }
  }
}
