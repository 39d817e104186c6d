/** A sitting as the page uses it: the session with the server, the clock and the counts. */
import { answer, api, transport } from '$lib/api/client';
import { newKey } from '$lib/api/key';
import type { components } from '$lib/api/schema';
import { historyOf } from '$lib/pictures/history';
import type { OfflineQueue } from '$lib/widgets/offline/queue';
import type { AnswerOutcome, Handed, OwnAnswer, Said } from './answers';
import { refusedIn } from './answer-queue';
import { LookTimer } from './look-timer';
import type { Outbox } from './outbox';
import { answerQueues, outboxOf } from './queues';
import { LabelSession } from './session';

const POLL_MS = 30_000;

type Progress = components['schemas']['ProgressShape'];

export class Sitting {
  readonly session: LabelSession;
  readonly outbox: Outbox;
  readonly timer = new LookTimer({ visible: document.visibilityState === 'visible' });
  progress = $state.raw<Progress | null>(null);
  /** Pictures that were flagged in this sitting. */
  flagged = $state.raw<ReadonlySet<number>>(new Set());
  /** Answers given since the server was last asked how many are left. */
  #since = $state(0);
  #url: string;

  constructor(
    readonly question: number,
    readonly queue: OfflineQueue,
    owner: string,
    leaseMinutes: number,
    readonly onRefused: (outcomes: AnswerOutcome[]) => void,
  ) {
    this.#url = `/api/questions/${question}/answers`;
    this.outbox = outboxOf(owner);
    const path = { question_id: question };
    this.session = new LabelSession({
      next: async (count, held) => {
        const { items } = await answer(
          api.POST('/api/questions/{question_id}/next', {
            params: { path },
            body: { count, held },
          }),
        );
        const until = items[0]?.expires_at;
        return { items, until: until === undefined ? null : Date.parse(until) };
      },
      release: (pictures) => {
        // A browser that closes the page lets this one request go out all the same.
        transport
          .send(`/api/questions/${question}/release`, {
            method: 'POST',
            keepalive: true,
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ picture_ids: pictures }),
          })
          // Where it does not arrive, the pictures come free when their time is over.
          .catch(() => undefined);
      },
      put: (write) => this.outbox.put(write),
      url: this.#url,
      newKey,
      leaseMs: leaseMinutes * 60_000,
    });
  }

  /** How many answers are wanted still, as far as is known; null before it is. */
  get left(): number | null {
    return this.progress === null ? null : Math.max(0, this.progress.answers_left - this.#since);
  }

  /** Begins. Returns what ends it and gives back what was not answered; see `LabelSession.stop`. */
  start(): (how?: { keep?: boolean }) => void {
    const { session, timer } = this;
    const ends = [
      answerQueues.onOutcomes((url, outcomes) => {
        if (url !== this.#url) return;
        session.told(outcomes);
        const refused = outcomes.filter(({ status }) => status === 'refused');
        if (refused.length > 0) this.onRefused(refused);
      }),
      this.queue.subscribe(({ waiting, refused }) => {
        session.refused(
          refused.flatMap((write) => (write.url === this.#url ? refusedIn(write) : [])),
        );
        if (waiting === 0 && this.outbox.state.unkept === 0) session.arrived();
      }),
    ];
    const onVisible = () => timer.setVisible(document.visibilityState === 'visible');
    const onActive = () => session.touch();
    const onOnline = () => session.retry();
    const onHide = () => session.stop();
    const onShow = (event: PageTransitionEvent) => {
      // The browser kept the page as it was, but its pictures have been given back.
      if (event.persisted) session.start();
    };
    const onUnload = (event: BeforeUnloadEvent) => {
      if (this.outbox.state.unkept > 0) event.preventDefault();
    };
    document.addEventListener('visibilitychange', onVisible);
    addEventListener('pointerdown', onActive);
    addEventListener('keydown', onActive);
    addEventListener('online', onOnline);
    addEventListener('pagehide', onHide);
    addEventListener('pageshow', onShow);
    addEventListener('beforeunload', onUnload);
    const poll = setInterval(() => void this.look(), POLL_MS);
    let ended = false;
    // What still waits from before has to arrive first, or its pictures would be handed out again.
    void this.#delivered().then(() => {
      if (ended) return;
      session.start();
      void this.look();
    });
    return (how) => {
      ended = true;
      for (const end of ends) end();
      document.removeEventListener('visibilitychange', onVisible);
      removeEventListener('pointerdown', onActive);
      removeEventListener('keydown', onActive);
      removeEventListener('online', onOnline);
      removeEventListener('pagehide', onHide);
      removeEventListener('pageshow', onShow);
      removeEventListener('beforeunload', onUnload);
      clearInterval(poll);
      session.stop(how);
    };
  }

  /** Waits until what was said before has been sent, or cannot be for now. */
  async #delivered(): Promise<void> {
    const patience = new Promise((resolve) => setTimeout(resolve, 5000));
    await Promise.race([this.outbox.settled().then(() => this.queue.settled()), patience]);
  }

  /** Asks how much is left; where nothing is at hand, asks for pictures as well. */
  async look(): Promise<void> {
    if (document.visibilityState !== 'visible') return;
    const { state } = this.session;
    if (state.pictures.length === 0 && state.exhausted) this.session.retry();
    await this.count();
  }

  /** Asks how much is left. */
  async count(): Promise<void> {
    const params = { path: { question_id: this.question } };
    try {
      this.progress = await answer(api.GET('/api/questions/{question_id}/progress', { params }));
      this.#since = this.queue.state.waiting;
    } catch {
      // The count stays as it was known last; the queue says when the server is away.
    }
  }

  give(ids: readonly number[], said: Said, title: string): boolean {
    const step = this.session.give(ids, said, title, this.timer.ms);
    if (step === null) return false;
    this.timer.reset();
    if (said.verdict !== 'skip') this.#since += step.taken.length;
    return true;
  }

  undo(): string | null {
    const step = this.session.undo();
    if (step === null) return null;
    this.timer.reset();
    if (step.said.verdict !== 'skip') this.#since -= step.taken.length;
    return step.title;
  }

  comment(picture: Handed, text: string): void {
    this.outbox.put({
      method: 'POST',
      url: `/api/pictures/${picture.id}/comments`,
      body: { text },
      title: `Comment on ${picture.name}`,
    });
  }

  /** Returns whether the picture is flagged now, as far as is known here. */
  flag(picture: Handed): boolean {
    const raised = !this.flagged.has(picture.id);
    this.outbox.put({
      method: 'PUT',
      url: `/api/pictures/${picture.id}/flag`,
      body: { flagged: raised },
      title: `${raised ? 'Flag' : 'Clear the flag of'} ${picture.name}`,
    });
    const next = new Set(this.flagged);
    if (raised) next.add(picture.id);
    else next.delete(picture.id);
    this.flagged = next;
    return raised;
  }

  /** Puts a picture first that somebody has chosen. Raises: ApiError. */
  async openPicture(id: number, me: string): Promise<void> {
    const params = { path: { picture_id: id } };
    const detail = await answer(api.GET('/api/pictures/{picture_id}', { params }));
    const votes = detail.labels.find(({ question_id }) => question_id === this.question)?.votes;
    const mine = historyOf(votes ?? []).find(({ vote, stands }) => stands && vote.annotator === me);
    if (mine !== undefined && mine.vote.verdict !== 'withdrawn') {
      const { verdict, choice_ids, number } = mine.vote;
      this.session.remember(id, { verdict, choice_ids, number });
    }
    const { flags } = detail;
    if (flags.some(({ cleared_at }) => cleared_at === null)) {
      this.flagged = new Set([...this.flagged, id]);
    }
    this.session.open([detail]);
  }

  /** Whether something was left for later. Raises: ApiError. */
  async hasSkipped(): Promise<boolean> {
    return (await this.#skipped(1)).length > 0;
  }

  /** Puts the pictures first that were left for later. Returns how many. Raises: ApiError. */
  async openSkipped(): Promise<number> {
    const mine = await this.#skipped(200);
    this.session.open(mine.map((own) => ({ ...own, id: own.picture_id })));
    return mine.length;
  }

  #skipped(limit: number): Promise<OwnAnswer[]> {
    const path = { question_id: this.question };
    const query = { verdict: 'skip' as const, limit };
    return answer(api.GET('/api/questions/{question_id}/mine', { params: { path, query } }));
  }
}
