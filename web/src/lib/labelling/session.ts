/** One sitting of labelling: the pictures that are in somebody's hands, what was said about them,
 * and the way back. It knows neither the page nor how answers travel. */
import type { Write } from '$lib/widgets/offline/queue';
import { MOST_AT_ONCE, MOST_HELD } from './answers';
import type { AnswerOutcome, Handed, NewAnswer, Said } from './answers';

export interface SessionState {
  /** The pictures at hand, in the order in which they are shown: the first is the current one. */
  pictures: readonly Handed[];
  /** Answered in this sitting, as things stand: what was taken back or refused is not in it. */
  answered: number;
  /** Left for later in this sitting. */
  skipped: number;
  /** The step that `undo` would take back, or null. */
  last: Step | null;
  fetching: boolean;
  /** Why no more pictures came, in the server's words. */
  error: string | null;
  /** The server had no more of them when it was asked last. */
  exhausted: boolean;
}

/** What was answered at once: one picture, or many with the same answer. */
export interface Step {
  /** The name of the write that it went out as. */
  id: string;
  title: string;
  said: Said;
  /** With the place that each had in `pictures`, in rising order. */
  taken: { picture: Handed; at: number; key: string }[];
}

export interface SessionOptions {
  /** Hands out pictures; throws what `ApiError` is where it could not. */
  next: (count: number, held: number[]) => Promise<{ items: Handed[]; until: number | null }>;
  /** Gives pictures back; must go out even while the page is being closed. */
  release: (pictures: number[]) => void;
  /** Takes a write, which is never lost from then on. */
  put: (write: Write) => void;
  /** Where answers are posted to. */
  url: string;
  newKey: () => string;
  /** How long a picture is kept for somebody, ms. */
  leaseMs: number;
  now?: () => number;
  setTimer?: (ms: number, then: () => void) => () => void;
}

const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 30_000;
const LONGEST_RENEWAL = 600_000;
/** How many steps can be taken back. */
const MOST_STEPS = 500;

export class LabelSession {
  #options: Required<SessionOptions>;
  #pictures: Handed[] = [];
  #steps: Step[] = [];
  /** Answered here and not taken back: such a picture is not shown again by itself. */
  #done = new Map<number, { verdict: Said['verdict']; key: string }>();
  /** What was said about a picture, to show it when the picture comes back. */
  #before = new Map<number, Said>();
  /** How many writes about a picture the server may not have yet: it still counts it as held. */
  #travelling = new Map<number, number>();
  #shown = 1;
  #ahead = 12;
  #fetching: Promise<void> | null = null;
  #error: string | null = null;
  #exhausted = false;
  #until: number | null = null;
  #activeAt = 0;
  #pause = FIRST_PAUSE;
  #running = false;
  /** Stopped for another window, which has the pictures now. */
  #kept = false;
  #cancelRetry: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;
  #listeners = new Set<(state: SessionState) => void>();
  #state: SessionState;

  constructor(options: SessionOptions) {
    this.#options = {
      now: () => Date.now(),
      setTimer: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
      ...options,
    };
    this.#state = this.#take();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** A Svelte store: calls back now and after each change. */
  subscribe(listener: (state: SessionState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** Begins to fetch pictures. */
  start(): void {
    this.#running = true;
    this.#kept = false;
    this.#exhausted = false;
    this.touch();
    this.#renewLater();
    this.#fill();
  }

  /** Ends the sitting and gives back what was not answered; with `keep` it gives nothing back,
   * because another window of the same person goes on with these very pictures. */
  stop({ keep = false } = {}): void {
    if (!this.#running) return;
    this.#running = false;
    this.#kept = keep;
    this.#cancelRetry?.();
    this.#cancelRenewal?.();
    const unanswered = this.#pictures.map(({ id }) => id).slice(0, MOST_HELD);
    if (unanswered.length > 0 && !keep) this.#options.release(unanswered);
    this.#pictures = [];
    this.#tell();
  }

  /** How many pictures are on the page at once, and how many are to be at hand. */
  want(shown: number, ahead: number): void {
    this.#shown = shown;
    this.#ahead = Math.min(MOST_AT_ONCE, Math.max(shown, ahead));
    this.#fill();
  }

  /** Notes that somebody is here: only then are pictures kept for them. */
  touch(): void {
    this.#activeAt = this.#options.now();
  }

  /** Notes what somebody has answered about a picture in an earlier sitting. */
  remember(picture: number, said: Said): void {
    this.#before.set(picture, said);
  }

  /** What somebody has said about a picture before it came back. */
  before(picture: number): Said | undefined {
    return this.#before.get(picture);
  }

  /** Puts pictures first, whether they were handed out or not: chosen by hand, or skipped. */
  open(pictures: readonly Handed[]): void {
    const ids = new Set(pictures.map(({ id }) => id));
    for (const id of ids) this.#done.delete(id);
    this.#pictures = [...pictures, ...this.#pictures.filter(({ id }) => !ids.has(id))];
    this.#tell();
  }

  /** Says the same about some of the pictures at hand; they leave, as one step to undo.
   *
   * @param milliseconds How long all of them together were looked at. */
  give(ids: readonly number[], said: Said, title: string, milliseconds: number): Step | null {
    const wanted = new Set(ids);
    const taken = this.#pictures
      .map((picture, at) => ({ picture, at, key: this.#options.newKey() }))
      .filter(({ picture }) => wanted.has(picture.id));
    if (taken.length === 0) return null;
    const each = Math.round(milliseconds / taken.length);
    const names = nameOf(taken.map(({ picture }) => picture));
    const id = this.#options.newKey();
    const step: Step = { id, title: `${title} for ${names}`, said, taken };
    for (const { picture, key } of taken) {
      this.#done.set(picture.id, { verdict: said.verdict, key });
      this.#before.set(picture.id, said);
    }
    this.#pictures = this.#pictures.filter(({ id }) => !wanted.has(id));
    this.#steps = [...this.#steps, step].slice(-MOST_STEPS);
    this.#send(
      step.title,
      taken.map(({ picture, key }) => ({
        picture_id: picture.id,
        ...said,
        milliseconds: each,
        key,
      })),
      { id },
    );
    this.touch();
    this.#tell();
    this.#fill();
    return step;
  }

  /** Takes the last step back: its pictures return to their places. */
  undo(): Step | null {
    const step = this.#steps.at(-1);
    if (step === undefined) return null;
    this.#steps = this.#steps.slice(0, -1);
    this.#pictures = putBack(this.#pictures, step.taken);
    for (const { picture } of step.taken) this.#done.delete(picture.id);
    this.#send(
      `Take back: ${step.title}`,
      step.taken.map(({ picture }) => ({
        picture_id: picture.id,
        verdict: 'withdrawn' as const,
        key: this.#options.newKey(),
      })),
      { undoes: step.id },
    );
    this.touch();
    this.#tell();
    return step;
  }

  /** Takes the server's word for answers that have arrived. A refused one does not count, is not
   * there to be undone, and its picture may be handed out again. */
  told(outcomes: readonly Pick<AnswerOutcome, 'key' | 'picture_id' | 'status'>[]): void {
    const refused: { key: string; picture_id: number }[] = [];
    for (const { key, picture_id, status } of outcomes) {
      const left = (this.#travelling.get(picture_id) ?? 1) - 1;
      if (left > 0) this.#travelling.set(picture_id, left);
      else this.#travelling.delete(picture_id);
      if (status === 'refused') refused.push({ key, picture_id });
    }
    if (refused.length > 0) this.#exhausted = false;
    this.refused(refused);
    this.#tell();
    this.#fill();
  }

  /** Notes answers that were refused, in whichever window they were sent. */
  refused(answers: readonly { key: string; picture_id: number }[]): void {
    if (answers.length === 0) return;
    const keys = new Set(answers.map(({ key }) => key));
    for (const { key, picture_id } of answers) {
      // It may have been answered anew since, and that one counts.
      if (this.#done.get(picture_id)?.key === key) this.#done.delete(picture_id);
    }
    this.#steps = this.#steps
      .map((step) => ({ ...step, taken: step.taken.filter(({ key }) => !keys.has(key)) }))
      .filter(({ taken }) => taken.length > 0);
    this.#tell();
  }

  /** Notes that nothing is on its way any more, in whichever window it was sent. */
  arrived(): void {
    if (this.#travelling.size === 0) return;
    this.#travelling.clear();
    if (this.#pictures.length === 0) this.#exhausted = false;
    this.#fill();
  }

  /** Asks for pictures again: after trouble, or because there may be new ones. */
  retry(): void {
    this.#exhausted = false;
    this.#pause = FIRST_PAUSE;
    this.#fill();
  }

  /** Waits until no pictures are being fetched. */
  async settled(): Promise<void> {
    while (this.#fetching !== null) await this.#fetching;
  }

  #send(title: string, answers: NewAnswer[], link: Pick<Write, 'id' | 'undoes'>): void {
    for (const { picture_id } of answers) {
      this.#travelling.set(picture_id, (this.#travelling.get(picture_id) ?? 0) + 1);
    }
    this.#options.put({
      method: 'POST',
      url: this.#options.url,
      body: { answers },
      title,
      ...link,
    });
  }

  /** Fetches more once a third of what shall be at hand is gone. */
  #fill(renew = false): void {
    if (!this.#running || this.#fetching !== null) return;
    const low = this.#pictures.length <= Math.max(this.#shown, (this.#ahead * 2) / 3);
    if (!renew && (!low || this.#exhausted)) return;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    let again = false;
    this.#fetching = this.#fetch()
      .then((more) => void (again = more))
      .finally(() => {
        this.#fetching = null;
        this.#tell();
        if (again) this.#fill();
      });
    this.#tell();
  }

  /** Returns whether more may be asked for at once. */
  async #fetch(): Promise<boolean> {
    const { next, now } = this.#options;
    if (this.#until !== null && now() > this.#until) {
      // Others may have them by now; those on the page stay, so that nothing jumps away.
      this.#pictures = this.#pictures.slice(0, this.#shown);
    }
    const count = Math.min(MOST_AT_ONCE, Math.max(1, this.#ahead - this.#pictures.length));
    const held = [...this.#pictures.map(({ id }) => id), ...this.#travelling.keys()];
    let got: Awaited<ReturnType<SessionOptions['next']>>;
    try {
      got = await next(count, [...new Set(held)].slice(0, MOST_HELD));
    } catch (cause) {
      this.#failed(cause as { message?: string; passing?: boolean });
      return false;
    }
    this.#error = null;
    this.#pause = FIRST_PAUSE;
    if (!this.#running) {
      // The page was left meanwhile: nobody will answer these.
      const ids = got.items.map(({ id }) => id).filter((id) => !this.#done.has(id));
      if (ids.length > 0 && !this.#kept) this.#options.release(ids);
      return false;
    }
    if (got.until !== null) this.#until = got.until;
    const known = new Set(this.#pictures.map(({ id }) => id));
    const fresh = got.items.filter(({ id }) => !known.has(id) && !this.#done.has(id));
    this.#pictures = [...this.#pictures, ...fresh];
    this.#exhausted = fresh.length === 0 || got.items.length < count;
    return fresh.length > 0;
  }

  #failed({ message, passing }: { message?: string; passing?: boolean }): void {
    this.#error = message ?? 'No pictures came.';
    if (passing !== true || !this.#running) {
      this.#exhausted = true;
      return;
    }
    this.#cancelRetry = this.#options.setTimer(this.#pause, () => this.#fill(true));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #renewLater(): void {
    const { leaseMs, now, setTimer } = this.#options;
    this.#cancelRenewal = setTimer(Math.min(leaseMs / 3, LONGEST_RENEWAL), () => {
      if (now() - this.#activeAt < leaseMs && this.#pictures.length > 0) this.#fill(true);
      this.#renewLater();
    });
  }

  #take(): SessionState {
    const skipped = [...this.#done.values()].filter(({ verdict }) => verdict === 'skip').length;
    return {
      pictures: this.#pictures,
      answered: this.#done.size - skipped,
      skipped,
      last: this.#steps.at(-1) ?? null,
      fetching: this.#fetching !== null,
      error: this.#error,
      exhausted: this.#exhausted,
    };
  }

  #tell(): void {
    this.#state = this.#take();
    for (const listener of this.#listeners) listener(this.#state);
  }
}

/** Puts pictures back where they stood; those that are there already move there. */
function putBack(pictures: readonly Handed[], taken: Step['taken']): Handed[] {
  const ids = new Set(taken.map(({ picture }) => picture.id));
  const next = pictures.filter(({ id }) => !ids.has(id));
  for (const { picture, at } of taken) next.splice(Math.min(at, next.length), 0, picture);
  return next;
}

function nameOf(pictures: readonly Handed[]): string {
  const [first] = pictures;
  if (pictures.length === 1 && first) return first.name;
  return `${pictures.length.toLocaleString('en')} pictures`;
}
