/** Labelling page by page with a model's help: pictures that look like one class, or like one
 * another, take one answer together, but for those that somebody takes out. */
import type { Write } from '$lib/widgets/offline/queue';
import type { AnswerOutcome, Handed, NewAnswer, Said } from './answers';
import { ofClasses } from './answers';

export type OrderBy = 'queue' | 'class' | 'useful' | 'similar' | 'cluster';

/** Which pictures are wanted next. */
export interface Order {
  by: OrderBy;
  choice_id?: number;
  picture_id?: number;
  cluster?: number;
}

/** What a model takes a picture for, with its probability. */
export interface Suggestion {
  choice_id: number;
  certainty: number;
}

export interface PagePicture extends Handed {
  suggestion?: Suggestion | null;
  /** Near duplicates, which take the same answer. */
  same: Handed[];
}

/** What a page is about. */
export interface PageFacts {
  by: OrderBy;
  choice_id: number | null;
  cluster: number | null;
  /** Answered one by one without seeing a suggestion: the random pictures that a model is judged
   * by. */
  blind: boolean;
  /** How many of its pictures are of the class, as a share, by the model's own certainty. */
  expected: number | null;
  /** Why it is another page than the one that was asked for. */
  reason: string | null;
}

export interface PageStep {
  id: string;
  title: string;
  facts: PageFacts;
  /** The page as it was before. */
  pictures: readonly PagePicture[];
  out: ReadonlySet<number>;
  marked: ReadonlyMap<number, Mark>;
  answered: { id: number; key: string }[];
}

/** The class of a picture that is of another one than its page. */
export interface Mark {
  choice: number;
  title: string;
}

export interface PageState {
  pictures: readonly PagePicture[];
  facts: PageFacts | null;
  /** Taken out of the page: they do not take its answer. */
  out: ReadonlySet<number>;
  /** Pictures that have a class of their own, which is said with the page's answer. */
  marked: ReadonlyMap<number, Mark>;
  fetching: boolean;
  /** Why no page came, in the server's words. */
  error: string | null;
  exhausted: boolean;
  /** Answered in this sitting, near duplicates included. */
  answered: number;
  last: PageStep | null;
}

export interface PageSessionOptions {
  /** Fetches a page; not one of those that were turned away, if there is another. */
  next: (
    order: Order,
    count: number,
    turned: readonly PageFacts[],
  ) => Promise<{ items: PagePicture[]; page: PageFacts }>;
  release: (pictures: number[]) => void;
  /** Takes a write, which is never lost from then on. */
  put: (write: Write) => void;
  /** Fulfilled once what was put has been sent, or cannot be for now: the next page learns of it. */
  delivered: () => Promise<void>;
  answersUrl: string;
  rejectionsUrl: string;
  newKey: () => string;
  /** How long the page was looked at so far, ms. */
  lookedAt: () => number;
}

const MOST_STEPS = 100;
const NOTHING: ReadonlySet<number> = new Set();
const NONE: ReadonlyMap<number, Mark> = new Map();

export class PageSession {
  #options: PageSessionOptions;
  #order: Order = { by: 'class' };
  #size = 20;
  #pictures: readonly PagePicture[] = [];
  #facts: PageFacts | null = null;
  #out: ReadonlySet<number> = NOTHING;
  #marked: ReadonlyMap<number, Mark> = NONE;
  #steps: PageStep[] = [];
  /** Pages that were given back unanswered since the last answer. */
  #turned: PageFacts[] = [];
  #answered = new Map<number, string>();
  #fetching: Promise<void> | null = null;
  /** Counts what was asked for, so that a page that comes too late is given back. */
  #asked = 0;
  #error: string | null = null;
  #exhausted = false;
  #running = false;
  #listeners = new Set<(state: PageState) => void>();

  constructor(options: PageSessionOptions) {
    this.#options = options;
  }

  get state(): PageState {
    return {
      pictures: this.#pictures,
      facts: this.#facts,
      out: this.#out,
      marked: this.#marked,
      fetching: this.#fetching !== null,
      error: this.#error,
      exhausted: this.#exhausted,
      answered: this.#answered.size,
      last: this.#steps.at(-1) ?? null,
    };
  }

  get order(): Order {
    return this.#order;
  }

  /** A Svelte store: calls back now and after each change. */
  subscribe(listener: (state: PageState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.state);
    return () => this.#listeners.delete(listener);
  }

  start(order: Order, size: number): void {
    this.#running = true;
    this.#order = order;
    this.#size = size;
    this.turn();
  }

  /** Ends the sitting and gives back what was not answered; with `keep` it gives nothing back. */
  stop({ keep = false } = {}): void {
    if (!this.#running) return;
    this.#sayMarked();
    this.#running = false;
    if (!keep) this.#giveBack();
    this.#pictures = [];
    this.#tell();
  }

  /** Asks for pages of another kind, or of another length, from now on. */
  want(order: Order, size = this.#size): void {
    this.#order = order;
    this.#size = size;
    if (!this.#running) return;
    this.turn();
    this.#turned = [];
  }

  /** Asks for another page and gives this one back, but for pictures that have their class. */
  turn(): void {
    this.#sayMarked();
    if (this.#facts !== null) this.#turned.push(this.#facts);
    this.#giveBack();
    this.#show([], null);
    this.#fetch();
  }

  /** Takes a picture out of the page, or puts it back. */
  toggle(id: number): void {
    const out = new Set(this.#out);
    // One with a class of its own comes back into the page.
    if (!this.#unmark([id]) && !out.delete(id)) out.add(id);
    this.#out = out;
    this.#tell();
  }

  /** Gives a picture a class of its own; the same one again takes it back. */
  mark(id: number, choice: number, title: string): void {
    if (!this.#pictures.some((picture) => picture.id === id)) return;
    const marked = new Map(this.#marked);
    if (marked.get(id)?.choice === choice) marked.delete(id);
    else marked.set(id, { choice, title });
    this.#marked = marked;
    this.#out = new Set([...this.#out].filter((other) => other !== id));
    this.#tell();
  }

  /** Says that all that are left on the page are of a class, that those taken out are not, and of
   * which class those are that have one of their own. */
  confirm(choice: number, title: string): PageStep | null {
    const rejected = this.#pictures.filter(({ id }) => this.#out.has(id));
    const kept = this.#pictures.filter(({ id }) => !this.#out.has(id));
    const own = (id: number): number => this.#marked.get(id)?.choice ?? choice;
    const about = kept.filter(({ id }) => !this.#marked.has(id));
    const step = this.#step(kept, ({ id }) => ofClasses([own(id)]), {
      title: about.length > 0 ? title : titlesOf(this.#marked),
      about: about.length > 0 ? about : kept,
    });
    if (rejected.length > 0) {
      this.#options.put({
        method: 'POST',
        url: this.#options.rejectionsUrl,
        body: { picture_ids: rejected.map(({ id }) => id), choice_id: choice },
        title: `Not ${title}: ${nameOf(rejected)}`,
      });
      this.#giveBack(rejected.flatMap(({ same }) => same.map(({ id }) => id)));
    }
    this.#show([], null);
    this.#fetch();
    return step;
  }

  /** Says something about some of the page's pictures; they leave it. */
  give(ids: readonly number[], said: Said, title: string): PageStep | null {
    const wanted = new Set(ids);
    const about = this.#pictures.filter(({ id }) => wanted.has(id));
    const step = this.#step(about, () => said, { title, about });
    if (step === null) return null;
    this.#unmark(ids);
    const rest = this.#pictures.filter(({ id }) => !wanted.has(id));
    this.#pictures = rest;
    this.#out = new Set([...this.#out].filter((id) => !wanted.has(id)));
    this.#tell();
    if (rest.length === 0) this.#fetch();
    return step;
  }

  /** Takes the last step back: its page returns, and the one at hand is given back. */
  undo(): PageStep | null {
    const step = this.#steps.pop();
    if (step === undefined) return null;
    for (const { id } of step.answered) this.#answered.delete(id);
    this.#options.put({
      method: 'POST',
      url: this.#options.answersUrl,
      body: {
        answers: step.answered.map(({ id }) => ({
          picture_id: id,
          verdict: 'withdrawn' as const,
          key: this.#options.newKey(),
        })),
      },
      title: `Take back: ${step.title}`,
      undoes: step.id,
    });
    const back = new Set(step.pictures.map(({ id }) => id));
    this.#giveBack(this.#pictures.map(({ id }) => id).filter((id) => !back.has(id)));
    // A page that is on its way already comes too late.
    this.#asked++;
    this.#fetching = null;
    this.#show(step.pictures, step.facts, step);
    return step;
  }

  /** Takes the server's word for answers that have arrived: a refused one does not count. */
  told(outcomes: readonly Pick<AnswerOutcome, 'key' | 'picture_id' | 'status'>[]): void {
    this.refused(outcomes.filter(({ status }) => status === 'refused'));
  }

  refused(answers: readonly { key: string; picture_id: number }[]): void {
    const keys = new Set(answers.map(({ key }) => key));
    if (keys.size === 0) return;
    for (const { key, picture_id } of answers) {
      if (this.#answered.get(picture_id) === key) this.#answered.delete(picture_id);
    }
    this.#steps = this.#steps
      .map((step) => ({ ...step, answered: step.answered.filter(({ key }) => !keys.has(key)) }))
      .filter(({ answered }) => answered.length > 0);
    this.#tell();
  }

  /** Waits until no page is being fetched. */
  async settled(): Promise<void> {
    while (this.#fetching !== null) await this.#fetching;
  }

  /** Says what is known of pictures with a class of their own, before their page goes. */
  #sayMarked(): void {
    const marked = this.#marked;
    const about = this.#pictures.filter(({ id }) => marked.has(id));
    const said = ({ id }: PagePicture): Said => ofClasses([(marked.get(id) as Mark).choice]);
    if (this.#step(about, said, { title: titlesOf(marked), about }) === null) return;
    this.#pictures = this.#pictures.filter(({ id }) => !marked.has(id));
    this.#marked = NONE;
  }

  #unmark(ids: readonly number[]): boolean {
    const before = this.#marked.size;
    this.#marked = new Map([...this.#marked].filter(([id]) => !ids.includes(id)));
    return this.#marked.size < before;
  }

  #step(
    pictures: readonly PagePicture[],
    said: (picture: PagePicture) => Said,
    named: { title: string; about: readonly PagePicture[] },
  ): PageStep | null {
    const facts = this.#facts;
    if (pictures.length === 0 || facts === null) return null;
    const id = this.#options.newKey();
    const each = Math.round(this.#options.lookedAt() / pictures.length);
    const answers = pictures.flatMap((picture) => this.#answersOf(picture, said(picture), each));
    const step: PageStep = {
      id,
      title: `${named.title} for ${nameOf(named.about)}`,
      facts,
      pictures: this.#pictures,
      out: this.#out,
      marked: this.#marked,
      answered: answers.map(({ picture_id, key }) => ({ id: picture_id, key })),
    };
    this.#turned = [];
    for (const answer of answers) this.#answered.set(answer.picture_id, answer.key);
    this.#steps = [...this.#steps, step].slice(-MOST_STEPS);
    this.#options.put({
      method: 'POST',
      url: this.#options.answersUrl,
      body: { answers },
      title: step.title,
      id,
    });
    return step;
  }

  #answersOf(picture: PagePicture, said: Said, milliseconds: number): NewAnswer[] {
    const seen = this.#facts?.blind ? null : (picture.suggestion ?? null);
    return [picture, ...picture.same].map(({ id }) => ({
      picture_id: id,
      ...said,
      milliseconds,
      key: this.#options.newKey(),
      aided: seen !== null,
      suggestion: seen,
    }));
  }

  #giveBack(
    ids = this.#pictures.flatMap((one) => [one.id, ...one.same.map(({ id }) => id)]),
  ): void {
    if (ids.length > 0) this.#options.release([...ids]);
  }

  #fetch(): void {
    if (!this.#running) return;
    const asked = ++this.#asked;
    this.#fetching = this.#load(asked).finally(() => {
      if (asked !== this.#asked) return;
      this.#fetching = null;
      this.#tell();
    });
    this.#tell();
  }

  async #load(asked: number): Promise<void> {
    await this.#options.delivered();
    if (asked !== this.#asked || !this.#running) return;
    try {
      const { items, page } = await this.#options.next(this.#order, this.#size, this.#turned);
      if (asked !== this.#asked || !this.#running) {
        const held = new Set(this.#pictures.map(({ id }) => id));
        const late = items.flatMap((one) => [one.id, ...one.same.map(({ id }) => id)]);
        this.#giveBack(late.filter((id) => !held.has(id)));
        return;
      }
      this.#error = null;
      this.#exhausted = items.length === 0;
      this.#show(items, page);
    } catch (cause) {
      if (asked !== this.#asked) return;
      this.#error = (cause as Error).message;
    }
  }

  #show(
    pictures: readonly PagePicture[],
    facts: PageFacts | null,
    { out, marked }: Pick<PageState, 'out' | 'marked'> = { out: NOTHING, marked: NONE },
  ): void {
    this.#pictures = pictures;
    this.#facts = facts;
    this.#out = out;
    this.#marked = marked;
    if (pictures.length > 0) this.#error = null;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.state);
  }
}

const titlesOf = (marked: ReadonlyMap<number, Mark>): string =>
  [...new Set([...marked.values()].map(({ title }) => title))].join(', ');

function nameOf(pictures: readonly PagePicture[]): string {
  const [first] = pictures;
  if (pictures.length === 1 && first !== undefined) return first.name;
  return `${pictures.length.toLocaleString('en')} pictures`;
}
