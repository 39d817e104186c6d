/** Done, undone and done again. What a step does is the caller's: against a server that never
 * forgets, undoing is a new event of its own. */

export interface Step {
  /** What was done, for the person: "Label 20 pictures as oak". */
  title: string;
  undo: () => void | Promise<void>;
  redo: () => void | Promise<void>;
}

export class UndoStack {
  #done: Step[] = [];
  #undone: Step[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #listeners = new Set<() => void>();

  constructor(readonly limit = 200) {}

  /** What `undo` and `redo` would do next, or null. */
  get next(): { undo: Step | null; redo: Step | null } {
    return { undo: this.#done.at(-1) ?? null, redo: this.#undone.at(-1) ?? null };
  }

  /** Notes a step that has been done. What had been undone can no longer be redone. */
  push(step: Step): void {
    this.#done.push(step);
    if (this.#done.length > this.limit) this.#done.shift();
    this.#undone = [];
    this.#changed();
  }

  /** Undoes the newest step; returns it, or null where there is none. Calls wait for each other.
   * Where undoing fails, the step stays where it was and the error goes to the caller. */
  undo(): Promise<Step | null> {
    return this.#inTurn(() => this.#move('undo'));
  }

  redo(): Promise<Step | null> {
    return this.#inTurn(() => this.#move('redo'));
  }

  clear(): void {
    this.#done = [];
    this.#undone = [];
    this.#changed();
  }

  /** A Svelte store: calls back now and after each change. */
  subscribe(listener: (next: UndoStack['next']) => void): () => void {
    const tell = () => listener(this.next);
    this.#listeners.add(tell);
    tell();
    return () => this.#listeners.delete(tell);
  }

  async #move(way: 'undo' | 'redo'): Promise<Step | null> {
    const from = way === 'undo' ? this.#done : this.#undone;
    const step = from.at(-1);
    if (step === undefined) return null;
    await step[way]();
    // A step noted meanwhile stands above this one, so it is taken out by name.
    const at = from.lastIndexOf(step);
    if (at !== -1) from.splice(at, 1);
    (way === 'undo' ? this.#undone : this.#done).push(step);
    this.#changed();
    return step;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
