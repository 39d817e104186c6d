/** Whether the page that is open may be left: what would lose something by it asks first. */

export interface Guard {
  /** Asks the person; true where the page may be left. */
  mayLeave: () => Promise<boolean>;
  /** Whether the newest entry of the history is the guard's own, and so is written over. */
  onSpareEntry?: () => boolean;
}

export class Leaving {
  #guards: Guard[] = [];
  #asking: Promise<boolean> | null = null;

  /** Asks before the page is left. Returns what ends it. */
  hold(guard: Guard): () => void {
    this.#guards = [...this.#guards, guard];
    return () => {
      this.#guards = this.#guards.filter((other) => other !== guard);
    };
  }

  get held(): boolean {
    return this.#guards.length > 0;
  }

  get onSpareEntry(): boolean {
    return this.#guards.some((guard) => guard.onSpareEntry?.() === true);
  }

  /** Asks all who hold the page, one question at a time; a second caller waits for the same answer. */
  may(): Promise<boolean> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask(): Promise<boolean> {
    for (const guard of this.#guards) if (!(await guard.mayLeave())) return false;
    return true;
  }
}
