/** Reviewing one question: the picture that is shown, the decision being made, and what follows. */
import { voteWords } from '$lib/pictures/label-words';
import type { Picture, PictureDetail, Question } from '$lib/pictures/picture';
import { toasts } from '$lib/widgets/toasts.svelte';
import { askAgain, goldOf, labelOf, listed, loadDetail, queueLoader, reviewCalls } from './calls';
import type { Decisions, DecisionsState } from './decisions';
import { decisionsOf } from './kept-decisions';
import { ReviewQueue, type Fate, type Waiting } from './queue';
import type { Said } from './said';

export class ReviewDesk {
  readonly question: Question;
  readonly decisions: Decisions;
  /** The list and the place in it; a new object after each change, so that reading it is enough. */
  view = $state.raw<{ items: Waiting<Picture>[]; at: number; left: number | null }>({
    items: [],
    at: 0,
    left: null,
  });
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state<string | null>(null);
  /** Everything about the picture that is shown; null until it is here. */
  detail = $state.raw<PictureDetail | null>(null);
  /** Whether the next decision makes a known-answer picture. */
  asGold = $state(false);
  gold = $state.raw<ReadonlySet<number>>(new Set());
  /** Whether there is a decision of this visit to take back. */
  canUndo = $state(false);
  /** What has not reached the server. */
  sending = $state.raw<DecisionsState>({ waiting: 0, halted: null });
  #queue: ReviewQueue<Picture>;
  /** What became of pictures before they were decided here. */
  #before = new Map<number, Fate>();
  #details = new Map<number, Promise<PictureDetail>>();
  #shownAt = 0;
  #shownId: number | null = null;
  /** Takes away the last word of success, so that they do not pile up. */
  #hush: () => void = () => undefined;

  constructor(dataset: number, question: Question) {
    this.question = question;
    this.decisions = decisionsOf(question.id);
    this.canUndo = this.decisions.last !== null;
    this.#queue = new ReviewQueue(queueLoader(dataset, question.id));
    this.#queue.onChange(() => this.#take());
  }

  get current(): Waiting<Picture> | null {
    return this.view.items[this.view.at] ?? null;
  }

  /** Follows what is on its way. Returns what ends it. */
  watch(): () => void {
    return this.decisions.subscribe((state) => (this.sending = state));
  }

  /** Fetches what waits, and the picture that was asked for. */
  async start(picture: number | null): Promise<void> {
    this.phase = 'loading';
    this.error = null;
    try {
      // What was decided on an earlier visit and has not arrived would wait here once more.
      this.decisions.retry();
      await this.decisions.settled();
      const [wanted, gold] = await Promise.all([
        picture === null ? null : this.#wanted(picture),
        goldOf(this.question.id),
        this.#queue.start(),
      ]);
      this.gold = gold;
      this.#markPending();
      if (wanted !== null) this.#queue.visit(wanted.picture, wanted.waits);
      else if (this.current?.fate === 'decided') await this.#queue.toNextWaiting();
      this.phase = 'ready';
      this.#take();
    } catch (cause) {
      this.error = (cause as Error).message;
      this.phase = 'failed';
    }
  }

  /** Shows a picture by its number, wherever it stands. */
  async open(picture: number): Promise<void> {
    if (this.phase !== 'ready' || picture === this.current?.picture.id) return;
    await this.#moving(async () => {
      const place = this.#queue.placeOf(picture);
      if (place !== null) return this.#queue.show(place);
      const { picture: found, waits } = await this.#wanted(picture);
      this.#queue.visit(found, waits);
    });
  }

  forward = (): Promise<void> => this.#moving(() => this.#queue.forward());
  back = (): Promise<void> => this.#moving(() => this.#queue.back());
  show = (place: number): Promise<void> => this.#moving(() => this.#queue.show(place));

  /** Decides about the picture that is shown, and goes on. */
  decide(said: Said): void {
    const item = this.current;
    if (item === null || this.detail?.removed === true) return;
    const { picture } = item;
    const before = item.fate;
    this.#before.set(picture.id, before);
    const gold = this.asGold && !this.gold.has(picture.id);
    const sent = this.decisions.add({ picture: picture.id, said, gold }, this.#lookedFor());
    if (gold) this.#markGold(picture.id, true);
    this.#settled(picture.id, 'decided');
    sent.catch((cause) => {
      if (gold) this.#markGold(picture.id, false);
      if (before === 'waiting') this.#queue.reopen(picture.id);
      else this.#queue.settle(picture.id, before);
      this.#forget(picture.id);
      this.canUndo = this.decisions.last !== null;
      this.#tellFailure('The decision was not stored', cause, picture.id);
    });
    void this.#goOn();
  }

  /** Puts the picture back into the queue of the annotators, and goes on. */
  askAgain(): void {
    const item = this.current;
    if (item === null || this.detail?.removed === true) return;
    const { picture } = item;
    const before = item.fate;
    this.#settled(picture.id, 'asked');
    this.decisions
      .afterwards(() => askAgain(this.question.id, picture.id))
      .then(
        () => this.#tell('One more answer is asked for', picture.name),
        (cause: unknown) => {
          if (before === 'waiting') this.#queue.reopen(picture.id);
          else this.#queue.settle(picture.id, before);
          this.#tellFailure('The picture was not put back into the queue', cause, picture.id);
        },
      );
    void this.#goOn();
  }

  /** Takes back the last decision of this visit, and shows its picture; without one, the
   * reviewer's own decision about the picture that is shown, from another day. */
  async undo(own: boolean): Promise<void> {
    try {
      if (this.sending.halted !== null) this.decisions.retry();
      if (this.decisions.last !== null) {
        const undone = await this.decisions.undo();
        if (undone === null) return;
        const { deed, outcome } = undone;
        if (deed.gold) this.#markGold(deed.picture, false);
        const before = this.#before.get(deed.picture) ?? 'waiting';
        this.#reopened(
          deed.picture,
          outcome === null ? before === 'waiting' : outcome.label?.state === 'review',
        );
        await this.open(deed.picture);
        const words = voteWords(deed.said, this.question).text;
        this.#tell(`Taken back: ${words}`, this.current?.picture.name);
      } else if (own && this.current !== null) {
        const { id, name } = this.current.picture;
        const outcome = await this.decisions.withdraw(id);
        this.#reopened(id, outcome.label?.state === 'review');
        this.#tell('Your decision is taken back', name);
      }
    } catch (cause) {
      toasts.error('Nothing was taken back', cause);
    } finally {
      this.canUndo = this.decisions.last !== null;
    }
  }

  /** Makes the picture that is shown an ordinary one again; its decision stays. */
  async removeGold(): Promise<void> {
    if (this.current === null) return;
    const { id } = this.current.picture;
    try {
      await this.decisions.afterwards(() => reviewCalls(this.question.id).removeGold(id));
      this.#markGold(id, false);
    } catch (cause) {
      toasts.error('It is still a known-answer picture', cause);
    }
  }

  /** Takes what a comment or a flag has changed. */
  took(detail: PictureDetail): void {
    this.#details.set(detail.id, Promise.resolve(detail));
    if (detail.id === this.current?.picture.id) this.detail = detail;
  }

  /** Looks whether more pictures wait by now. */
  async refresh(): Promise<void> {
    await this.#moving(async () => {
      await this.decisions.settled();
      if ((await this.#refreshed()) > 0) await this.#queue.toNextWaiting();
    });
  }

  async #refreshed(): Promise<number> {
    await this.#queue.refresh();
    this.#markPending();
    return this.#queue.left ?? 0;
  }

  /** What the server does not know of yet is decided all the same. */
  #markPending(): void {
    for (const { picture } of this.decisions.pending) this.#queue.settle(picture, 'decided');
  }

  async #goOn(): Promise<void> {
    await this.#moving(async () => {
      if (await this.#queue.toNextWaiting()) return;
      // What has come meanwhile is fetched once the server knows of all that was decided here.
      await this.decisions.settled();
      if (this.#queue.current === null && (await this.#refreshed()) > 0) {
        await this.#queue.toNextWaiting();
      }
    });
  }

  async #moving(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      toasts.error('The next pictures could not be loaded', cause);
    }
  }

  #settled(id: number, fate: 'decided' | 'asked'): void {
    this.asGold = false;
    this.#queue.settle(id, fate);
    this.#forget(id);
    this.canUndo = this.decisions.last !== null;
  }

  #reopened(id: number, waits: boolean): void {
    this.#forget(id);
    if (waits) this.#queue.reopen(id);
    else this.#queue.settle(id, 'visited');
    if (this.current?.picture.id === id) void this.#load(this.current.picture);
  }

  #tell(title: string, text: string | undefined): void {
    this.#hush();
    this.#hush = toasts.show({ title, text });
  }

  #tellFailure(title: string, cause: unknown, picture: number): void {
    toasts.show({
      title,
      text: (cause as Error).message,
      tone: 'danger',
      action: { title: 'Go to it', run: () => void this.open(picture) },
    });
  }

  #markGold(id: number, known: boolean): void {
    const gold = new Set(this.gold);
    if (known) gold.add(id);
    else gold.delete(id);
    this.gold = gold;
  }

  /** How long the picture was looked at, ms. */
  #lookedFor(): number {
    return Math.round(Math.min(performance.now() - this.#shownAt, 2 ** 31 - 1));
  }

  #take(): void {
    const { items, at, left } = this.#queue;
    this.view = { items: [...items], at, left };
    const current = items[at] ?? null;
    if (current?.picture.id === this.#shownId || this.phase === 'loading') return;
    this.#shownId = current?.picture.id ?? null;
    this.#shownAt = performance.now();
    this.asGold = false;
    this.detail = null;
    if (current !== null) void this.#load(current.picture);
  }

  async #load(picture: Picture): Promise<void> {
    const { id } = picture;
    try {
      // A decision on its way would be missing from what the server says of its picture.
      if (this.#queue.fateOf(id) === 'decided') await this.decisions.settled();
      const detail = await this.#detail(id);
      if (this.current?.picture.id !== id) return;
      this.detail = detail;
      const state = labelOf(detail, this.question.id)?.state;
      if (this.#queue.fateOf(id) === 'waiting' && state !== 'review') {
        this.#queue.settle(id, 'elsewhere');
      }
      const next = this.view.items.find(({ fate }, at) => at > this.view.at && fate === 'waiting');
      if (next !== undefined) this.#detail(next.picture.id).catch(() => undefined);
    } catch (cause) {
      if (this.current?.picture.id === id) {
        toasts.error('The answers could not be loaded', cause);
      }
    }
  }

  /** Everything about a picture, fetched once; anew after what could change it. */
  #detail(id: number): Promise<PictureDetail> {
    const known = this.#details.get(id);
    if (known !== undefined) return known;
    const coming = loadDetail(id);
    this.#details.set(id, coming);
    coming.catch(() => this.#forget(id));
    for (const oldest of [...this.#details.keys()].slice(0, -20)) this.#forget(oldest);
    return coming;
  }

  #forget(id: number): void {
    this.#details.delete(id);
  }

  async #wanted(id: number): Promise<{ picture: Picture; waits: boolean }> {
    const detail = await this.#detail(id);
    const waits = labelOf(detail, this.question.id)?.state === 'review';
    return { picture: listed(detail, this.question.id), waits };
  }
}
