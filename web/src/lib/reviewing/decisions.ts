/** Decisions on their way to the server, one after another, and what takes the last one back. */
import { newKey } from '$lib/api/key';
import type { components } from '$lib/api/schema';
import type { NewAnswer } from '$lib/grid-page/answering';
import type { Said } from './said';

export type Outcome = components['schemas']['AnswerOutcome'];

export interface Deed {
  picture: number;
  said: Said;
  /** Whether the picture became a known-answer picture by it. */
  gold: boolean;
}

/** What the server does for it. Each raises ApiError. */
export interface ReviewCalls {
  decide: (body: NewAnswer) => Promise<Outcome>;
  setGold: (body: NewAnswer) => Promise<Outcome>;
  /** Makes it an ordinary picture again. */
  removeGold: (picture: number) => Promise<void>;
  /** Stores an answer of the reviewer's own; here, the withdrawal of one. */
  answer: (body: NewAnswer) => Promise<Outcome>;
}

interface Entry {
  deed: Deed;
  /** Whether the server has it. */
  stored: boolean;
}

export class Decisions {
  #calls: ReviewCalls;
  #done: Entry[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #underWay = 0;
  #wait: (ms: number) => Promise<void>;
  #tries: number;

  constructor(
    calls: ReviewCalls,
    {
      wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
      tries = 4,
    } = {},
  ) {
    this.#calls = calls;
    this.#wait = wait;
    this.#tries = tries;
  }

  /** What `undo` would take back, or null. */
  get last(): Deed | null {
    return this.#done.at(-1)?.deed ?? null;
  }

  /** How many are on their way. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Waits until nothing is on its way. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  /** Sends a decision after those before it. One that the server does not get for a while is sent
   * again under the same key, so it is stored once. Raises: ApiError; then nothing was decided. */
  add(deed: Deed, milliseconds: number | null): Promise<Outcome> {
    const body = { picture_id: deed.picture, ...deed.said, milliseconds, key: newKey() };
    const entry: Entry = { deed, stored: false };
    this.#done.push(entry);
    return this.#inTurn(async () => {
      try {
        const outcome = await this.#again(() =>
          deed.gold ? this.#calls.setGold(body) : this.#calls.decide(body),
        );
        entry.stored = true;
        return outcome;
      } catch (error) {
        this.#done = this.#done.filter((other) => other !== entry);
        throw error;
      }
    });
  }

  /** Takes back the last decision of this visit. Returns it with what the label is now, or null
   * where there is none. Where it fails, the decision stands and can be taken back again. */
  async undo(): Promise<{ deed: Deed; outcome: Outcome } | null> {
    const entry = this.#done.pop();
    if (entry === undefined) return null;
    const { deed } = entry;
    return this.#inTurn(async () => {
      // One that was refused meanwhile must not take an earlier answer with it.
      if (!entry.stored) return null;
      try {
        return { deed, outcome: await this.#takeBack(deed.picture, deed.gold) };
      } catch (error) {
        this.#done.push(entry);
        throw error;
      }
    });
  }

  /** Takes back the reviewer's last answer about a picture that stands. Raises: ApiError. */
  withdraw(picture: number): Promise<Outcome> {
    return this.#inTurn(() => this.#takeBack(picture, false));
  }

  /** Does something after all decisions that are on their way. */
  afterwards<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(() => this.#again(work));
  }

  async #takeBack(picture: number, gold: boolean): Promise<Outcome> {
    if (gold) await this.#again(() => this.#removeGold(picture));
    const said = { verdict: 'withdrawn' as const, choice_ids: [], number: null };
    const body: NewAnswer = { picture_id: picture, ...said, key: newKey() };
    return this.#again(() => this.#calls.answer(body));
  }

  async #removeGold(picture: number): Promise<void> {
    try {
      await this.#calls.removeGold(picture);
    } catch (error) {
      // Somebody else has done it already, which is all that was wanted.
      if ((error as { status?: number }).status !== 404) throw error;
    }
  }

  async #again<T>(work: () => Promise<T>): Promise<T> {
    for (let turn = 1; ; turn++) {
      try {
        return await work();
      } catch (error) {
        if (turn >= this.#tries || (error as { passing?: boolean }).passing !== true) throw error;
        await this.#wait(500 * 2 ** turn);
      }
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    const result = this.#queue.then(work).finally(() => this.#underWay--);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
