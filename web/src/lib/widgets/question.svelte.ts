/** A question that must be answered before something is done. */

export interface Question {
  title: string;
  /** What will happen, and whether it can be undone. */
  text: string;
  /** Words on the button that does it: "Delete 20 pictures", not "OK". */
  confirm: string;
  danger?: boolean;
}

class Asking {
  question = $state.raw<Question | null>(null);
  #answer: ((yes: boolean) => void) | null = null;

  ask(question: Question): Promise<boolean> {
    this.#answer?.(false);
    this.question = question;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  answer(yes: boolean): void {
    this.question = null;
    this.#answer?.(yes);
    this.#answer = null;
  }
}

export const asking = new Asking();

/** Asks, and returns whether to go on. `<Questioner />` stands in the app once and shows it. */
export const ask = (question: Question): Promise<boolean> => asking.ask(question);
