/** Decisions on their way to the server, one after another, and what takes the last one back.
 *
 * One that does not get through stays first in the line, under its key, and all others behind it:
 * nothing is dropped, nothing overtakes, and nothing is stored twice. */
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

export interface DecisionsOptions {
  /** Asked before anything is sent; throws where it must not be, as where somebody else has signed
   * in meanwhile. */
  check?: () => Promise<void>;
  wait?: (ms: number) => Promise<void>;
  /** How often a request is sent before the line halts. */
  tries?: number;
  setTimer?: (ms: number, then: () => void) => () => void;
}

export interface DecisionsState {
  /** How many things have not arrived. */
  waiting: number;
  /** Why the line has halted, in words for people; null while it goes on. */
  halted: string | null;
}

interface Entry {
  deed: Deed;
  /** Whether the server has it. */
  stored: boolean;
  task: Task | null;
}

interface Task {
  run: () => Promise<void>;
  /** Fails for good. */
  fail: (cause: unknown) => void;
  /** From then on the server may have it. */
  tried: boolean;
}

interface Failure {
  status?: number;
  passing?: boolean;
  message?: string;
}

/** From one try to the next while the server cannot be reached, ms. */
const PAUSE = 15_000;

export class Decisions {
  #calls: ReviewCalls;
  #options: Required<DecisionsOptions>;
  #done: Entry[] = [];
  #line: Task[] = [];
  #working: Promise<void> | null = null;
  #halted: string | null = null;
  #cancelRetry: (() => void) | null = null;
  #listeners = new Set<(state: DecisionsState) => void>();

  constructor(calls: ReviewCalls, options: DecisionsOptions = {}) {
    this.#calls = calls;
    this.#options = {
      check: () => Promise.resolve(),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      tries: 4,
      setTimer: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      ...options,
    };
  }

  get state(): DecisionsState {
    return { waiting: this.#line.length, halted: this.#halted };
  }

  /** A Svelte store: calls back now and after each change. */
  subscribe(listener: (state: DecisionsState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.state);
    return () => this.#listeners.delete(listener);
  }

  /** What `undo` would take back, or null. */
  get last(): Deed | null {
    return this.#done.at(-1)?.deed ?? null;
  }

  /** What was decided and the server may not have yet. */
  get pending(): Deed[] {
    return this.#done.filter(({ task }) => task !== null).map(({ deed }) => deed);
  }

  /** Waits until nothing is being sent: all has arrived, or the line has halted. */
  async settled(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  /** Goes on where the line has halted: the network is back, or somebody wants to try. */
  retry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#halted = null;
    this.#go();
  }

  /** Sends a decision after those before it. Fulfilled once the server has it, however long that
   * takes; with null where it was taken back before it was sent at all.
   *
   * Raises: ApiError where the server refuses it; then nothing was decided. */
  add(deed: Deed, milliseconds: number | null): Promise<Outcome | null> {
    const body = { picture_id: deed.picture, ...deed.said, milliseconds, key: newKey() };
    const entry: Entry = { deed, stored: false, task: null };
    this.#done.push(entry);
    return new Promise((resolve, reject) => {
      const task: Task = {
        tried: false,
        run: async () => {
          const outcome = await (deed.gold ? this.#calls.setGold(body) : this.#calls.decide(body));
          entry.stored = true;
          entry.task = null;
          resolve(outcome);
        },
        fail: (cause) => {
          this.#done = this.#done.filter((other) => other !== entry);
          entry.task = null;
          // Without a task it was taken back, and is not sent.
          if (cause === null) resolve(null);
          else reject(cause as Error);
        },
      };
      entry.task = task;
      this.#enter(task);
    });
  }

  /** Takes back the last decision of this visit. Returns it with what the label is now, which is
   * null where the decision was never sent; or null where there is none to take back.
   *
   * Where it fails, the decision stands and can be taken back again. */
  async undo(): Promise<{ deed: Deed; outcome: Outcome | null } | null> {
    const entry = this.#done.pop();
    if (entry === undefined) return null;
    const { deed, task } = entry;
    if (task !== null && !task.tried) {
      this.#line = this.#line.filter((other) => other !== task);
      task.fail(null);
      this.#tell();
      return { deed, outcome: null };
    }
    try {
      const takeBack = this.#takingBack(deed.picture, deed.gold);
      // One that was refused meanwhile must not take an earlier answer with it.
      const outcome = await this.#inLine(() => (entry.stored ? takeBack() : Promise.resolve(null)));
      return outcome === null ? null : { deed, outcome };
    } catch (error) {
      this.#done.push(entry);
      throw error;
    }
  }

  /** Takes back the reviewer's last answer about a picture that stands. Raises: ApiError. */
  withdraw(picture: number): Promise<Outcome> {
    return this.#inLine(this.#takingBack(picture, false));
  }

  /** Does something after all decisions that are on their way. */
  afterwards<T>(work: () => Promise<T>): Promise<T> {
    return this.#inLine(work);
  }

  /** What takes a decision back, under one key however often it is sent. */
  #takingBack(picture: number, gold: boolean): () => Promise<Outcome> {
    const said = { verdict: 'withdrawn' as const, choice_ids: [], number: null };
    const body: NewAnswer = { picture_id: picture, ...said, key: newKey() };
    return async () => {
      if (gold) await this.#removeGold(picture);
      return this.#calls.answer(body);
    };
  }

  async #removeGold(picture: number): Promise<void> {
    try {
      await this.#calls.removeGold(picture);
    } catch (error) {
      // Somebody else has done it already, or an earlier try of ours, which is all that was wanted.
      if ((error as Failure).status !== 404) throw error;
    }
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#enter({
        tried: false,
        run: async () => resolve(await work()),
        fail: reject,
      });
    });
  }

  #enter(task: Task): void {
    this.#line.push(task);
    this.#tell();
    this.#go();
  }

  #go(): void {
    if (this.#halted !== null) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      if (this.#line.length > 0) this.#go();
    });
    this.#tell();
  }

  async #work(): Promise<void> {
    for (let task = this.#line[0]; task !== undefined; task = this.#line[0]) {
      task.tried = true;
      try {
        await this.#tryOften(task);
      } catch (error) {
        if (comesAgain(error as Failure)) return this.#halt(error as Failure);
        task.fail(error);
      }
      this.#line.shift();
      this.#tell();
    }
  }

  async #tryOften(task: Task): Promise<void> {
    const { check, tries, wait } = this.#options;
    for (let turn = 1; ; turn++) {
      try {
        await check();
        return await task.run();
      } catch (error) {
        if (turn >= tries || (error as Failure).passing !== true) throw error;
        await wait(500 * 2 ** turn);
      }
    }
  }

  #halt({ message }: Failure): void {
    this.#halted = message ?? 'The server did not answer.';
    this.#cancelRetry = this.#options.setTimer(PAUSE, () => this.retry());
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.state);
  }
}

/** Whether the same request may succeed later: the server was away, or nobody was signed in. */
const comesAgain = ({ passing, status }: Failure): boolean => passing === true || status === 401;
