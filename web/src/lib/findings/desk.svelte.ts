/** The cases of one finding: which are shown and chosen, what is done about them, and undone. */
import type { Choice } from '$lib/pictures/picture';
import {
  mergeOf,
  suggestions,
  targets,
  toReview,
  keeper,
  present,
  type Case,
  type CaseState,
} from './cases';
import { counted } from './findings';
import type { CaseCalls } from './requests';

export interface DeskOptions {
  check: string;
  /** What goes into the reasons that are kept: the title of the finding. */
  title: string;
  calls: CaseCalls;
  load: (state: CaseState, after: number) => Promise<{ items: Case[]; next: number | null }>;
  /** Tells that something was done, and the counts are others. */
  onchange?: () => void;
}

/** What was done about a case on this visit. */
export interface Mark {
  text: string;
}

interface Done {
  title: string;
  marks: ReadonlyMap<string, Mark>;
  undo: () => Promise<unknown>;
}

/** What an action does to each of the chosen cases, and how all of it is sent and taken back. */
interface Work {
  marks: Map<string, Mark>;
  send: () => Promise<() => Promise<unknown>>;
  title: string;
}

export class CaseDesk {
  state = $state<CaseState>('open');
  items = $state.raw<readonly Case[]>([]);
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state<string | null>(null);
  /** Whether there are further cases to fetch. */
  more = $state(false);
  /** The case that keys are about. */
  at = $state(0);
  /** Cases that are chosen together, by key. */
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  /** Pictures that are picked in a case, by the case's key. */
  picked = $state.raw<ReadonlyMap<string, ReadonlySet<number>>>(new Map());
  /** What was done on this visit, by the case's key. */
  marks = $state.raw<ReadonlyMap<string, Mark>>(new Map());
  busy = $state(false);
  /** How many actions can be taken back. */
  undoable = $state(0);
  #done: Done[] = [];
  #next: number | null = 0;
  #anchor = 0;
  #turn = 0;
  #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  get current(): Case | null {
    return this.items[this.at] ?? null;
  }

  /** The cases that an action is about: the chosen ones, or the one that is looked at. */
  get about(): Case[] {
    const chosen = this.items.filter(({ key }) => this.chosen.has(key));
    const cases = chosen.length > 0 ? chosen : [this.current].filter((one) => one !== null);
    return cases.filter(({ key }) => !this.marks.has(key));
  }

  /** What the last action was, if it can be taken back. */
  get lastTitle(): string | null {
    return this.#done.at(-1)?.title ?? null;
  }

  picksOf(key: string): ReadonlySet<number> {
    return this.picked.get(key) ?? NOTHING;
  }

  /** Shows the cases of a state from the first one on. */
  async show(state: CaseState): Promise<void> {
    const turn = ++this.#turn;
    this.state = state;
    this.phase = 'loading';
    this.error = null;
    try {
      const page = await this.#options.load(state, 0);
      if (turn !== this.#turn) return;
      this.items = page.items;
      this.#goesOn(page.next);
      this.at = 0;
      this.#anchor = 0;
      this.chosen = NO_KEYS;
      this.picked = new Map();
      this.marks = new Map();
      this.phase = 'ready';
    } catch (cause) {
      if (turn !== this.#turn) return;
      this.error = (cause as Error).message;
      this.phase = 'failed';
    }
  }

  /** Fetches the next page. Raises: ApiError. */
  async loadMore(): Promise<void> {
    if (this.#next === null || this.phase !== 'ready') return;
    const turn = this.#turn;
    const page = await this.#options.load(this.state, this.#next);
    if (turn !== this.#turn) return;
    const known = new Set(this.items.map(({ key }) => key));
    this.items = [...this.items, ...page.items.filter(({ key }) => !known.has(key))];
    this.#goesOn(page.next);
  }

  go(at: number): void {
    this.at = Math.max(0, Math.min(this.items.length - 1, at));
    this.#anchor = this.at;
  }

  /** Goes on by so many cases; at the end the next ones are fetched. Raises: ApiError. */
  async step(by: number): Promise<void> {
    if (this.at + by >= this.items.length) await this.loadMore();
    this.go(this.at + by);
  }

  /** Chooses a case, or no longer; with `range`, all from the last one on. */
  choose(at: number, range = false): void {
    const [from, to] = range ? [Math.min(this.#anchor, at), Math.max(this.#anchor, at)] : [at, at];
    const keys = this.items.slice(from, to + 1).map(({ key }) => key);
    const next = new Set(this.chosen);
    if (!range && next.has(keys[0] as string)) next.delete(keys[0] as string);
    else for (const key of keys) if (!this.marks.has(key)) next.add(key);
    this.chosen = next;
    this.at = at;
    if (!range) this.#anchor = at;
  }

  chooseAll(): void {
    const open = this.items.filter(({ key }) => !this.marks.has(key));
    this.chosen = this.chosen.size === open.length ? NO_KEYS : new Set(open.map(({ key }) => key));
  }

  chooseNone(): void {
    this.chosen = NO_KEYS;
  }

  /** Picks a picture of a case, or no longer. */
  pick(key: string, picture: number): void {
    const picks = new Set(this.picksOf(key));
    if (!picks.delete(picture)) picks.add(picture);
    this.picked = new Map(this.picked).set(key, picks);
  }

  /** Gives the pictures with another suggested class that one. */
  takeSuggested(): Promise<boolean> {
    return this.#act((cases) => {
      const marks = new Map<string, Mark>();
      const decisions = cases.flatMap((one) => {
        const found = suggestions(one, this.picksOf(one.key));
        const names = new Set(
          present(one)
            .filter(({ id }) => found.some(({ picture_id }) => picture_id === id))
            .map(({ suggested }) => suggested),
        );
        if (found.length > 0) marks.set(one.key, { text: `Now ${[...names].join(', ')}` });
        return found;
      });
      return this.#decisions(marks, decisions);
    });
  }

  /** Gives the picked pictures a class. */
  relabel(choice: Pick<Choice, 'id' | 'name'>): Promise<boolean> {
    return this.#act((cases) => {
      const marks = new Map<string, Mark>();
      const decisions = cases.flatMap((one) => {
        const found = targets(one, this.picksOf(one.key));
        if (found.length > 0) marks.set(one.key, { text: `Now ${choice.name}` });
        return found.map(({ id }) => ({ picture_id: id, choice_id: choice.id }));
      });
      return this.#decisions(marks, decisions);
    });
  }

  merge(): Promise<boolean> {
    return this.#act((cases) => {
      const marks = new Map<string, Mark>();
      const groups = cases.flatMap((one) => {
        const group = mergeOf(one, this.picksOf(one.key));
        if (group === null) return [];
        const kept = keeper(one, this.picksOf(one.key));
        marks.set(one.key, { text: `Merged: ${kept?.name ?? ''} is kept` });
        return [group];
      });
      return {
        marks,
        title: `${counted(groups.length, 'case')} merged`,
        send: async () => {
          const gone = await this.#options.calls.merge(groups);
          return () => this.#options.calls.restore(gone);
        },
      };
    });
  }

  trash(): Promise<boolean> {
    return this.#act((cases) => {
      const marks = new Map<string, Mark>();
      const pictures = cases.flatMap((one) => {
        const found = targets(one, this.picksOf(one.key));
        if (found.length > 0) {
          marks.set(one.key, { text: `${counted(found.length, 'picture')} in the trash` });
        }
        return found.map(({ id }) => id);
      });
      return {
        marks,
        title: `${counted(unique(pictures).length, 'picture')} in the trash`,
        send: async () => {
          const gone = await this.#options.calls.trash(unique(pictures), this.#options.title);
          return () => this.#options.calls.restore(gone);
        },
      };
    });
  }

  review(): Promise<boolean> {
    return this.#act((cases) => {
      const marks = new Map<string, Mark>();
      const pictures = cases.flatMap((one) => {
        const found = toReview(one, this.picksOf(one.key));
        if (found.length > 0) marks.set(one.key, { text: 'Sent to review' });
        return found.map(({ id }) => id);
      });
      return {
        marks,
        title: `${counted(unique(pictures).length, 'picture')} sent to review`,
        send: async () => {
          await this.#options.calls.review(unique(pictures), this.#options.title);
          return () => this.#options.calls.callBack(unique(pictures));
        },
      };
    });
  }

  dismiss(reason: string): Promise<boolean> {
    return this.#act((cases) => {
      const refs = cases.map(({ key }) => ({ check: this.#options.check, key }));
      return {
        marks: new Map(cases.map(({ key }) => [key, { text: 'Dismissed' }])),
        title: `${counted(cases.length, 'case')} dismissed`,
        send: async () => {
          await this.#options.calls.dismiss(refs, reason);
          return () => this.#options.calls.showAgain(refs);
        },
      };
    });
  }

  /** Takes dismissals of an earlier visit back. */
  showAgain(): Promise<boolean> {
    return this.#act((cases) => {
      const refs = cases.map(({ key }) => ({ check: this.#options.check, key }));
      return {
        marks: new Map(cases.map(({ key }) => [key, { text: 'Waits again' }])),
        title: `${counted(cases.length, 'case')} will be shown again`,
        send: async () => {
          await this.#options.calls.showAgain(refs);
          return () => this.#options.calls.dismiss(refs, '');
        },
      };
    });
  }

  /** Takes the last action of this visit back. Returns what it was. Raises: ApiError. */
  async undo(): Promise<string | null> {
    const last = this.#done.at(-1);
    if (last === undefined || this.busy) return null;
    this.busy = true;
    try {
      await last.undo();
      this.#done.pop();
      this.undoable = this.#done.length;
      const marks = new Map(this.marks);
      for (const key of last.marks.keys()) marks.delete(key);
      this.marks = marks;
      const first = this.items.findIndex(({ key }) => last.marks.has(key));
      if (first >= 0) this.go(first);
      this.#options.onchange?.();
      return last.title;
    } finally {
      this.busy = false;
    }
  }

  #decisions(
    marks: Map<string, Mark>,
    decisions: { picture_id: number; choice_id: number }[],
  ): Work {
    const once = [...new Map(decisions.map((one) => [one.picture_id, one])).values()];
    return {
      marks,
      title: `${counted(once.length, 'picture')} relabelled`,
      send: async () => {
        const done = await this.#options.calls.decide(once);
        return () => this.#options.calls.withdraw(done);
      },
    };
  }

  /** Does something about the cases. Tells whether there was anything to do. Raises: ApiError. */
  async #act(plan: (cases: Case[]) => Work): Promise<boolean> {
    if (this.busy) return false;
    const { marks, send, title } = plan(this.about);
    if (marks.size === 0) return false;
    this.busy = true;
    try {
      const undo = await send();
      this.#done.push({ title, marks, undo });
      this.undoable = this.#done.length;
      this.marks = new Map([...this.marks, ...marks]);
      this.chosen = NO_KEYS;
      this.#options.onchange?.();
    } finally {
      this.busy = false;
    }
    await this.#toNext();
    return true;
  }

  async #toNext(): Promise<void> {
    const waits = (one: Case) => !this.marks.has(one.key);
    let next = this.items.findIndex((one, at) => at >= this.at && waits(one));
    if (next < 0 && this.more) {
      const from = this.items.length;
      await this.loadMore();
      next = this.items.findIndex((one, at) => at >= from && waits(one));
    }
    if (next < 0) next = this.items.findIndex(waits);
    if (next >= 0) this.go(next);
  }

  #goesOn(next: number | null): void {
    this.#next = next;
    this.more = next !== null;
  }
}

const NOTHING: ReadonlySet<number> = new Set();
const NO_KEYS: ReadonlySet<string> = new Set();

const unique = (ids: readonly number[]): number[] => [...new Set(ids)];
