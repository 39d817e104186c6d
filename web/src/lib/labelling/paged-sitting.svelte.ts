/** A sitting page by page as the page uses it: the session with the server, the clock, the way of
 * the answers and what the model knows. */
import { answer, api, transport } from '$lib/api/client';
import { newKey } from '$lib/api/key';
import type { components } from '$lib/api/schema';
import type { OfflineQueue } from '$lib/widgets/offline/queue';
import type { AnswerOutcome, Handed } from './answers';
import { refusedIn } from './answer-queue';
import { LookTimer } from './look-timer';
import type { Outbox } from './outbox';
import { anotherThan } from './another-page';
import { PageSession } from './page-session';
import { answerQueues, outboxOf } from './queues';

export type Suggestions = components['schemas']['SuggestionsShape'];

const PATIENCE_MS = 5000;
const PREPARING_MS = 60_000;
const PAUSE_MS = 400;

export class PagedSitting {
  readonly session: PageSession;
  readonly outbox: Outbox;
  readonly timer = new LookTimer({ visible: document.visibilityState === 'visible' });
  /** What the model can do by now; null before it is known. */
  suggestions = $state.raw<Suggestions | null>(null);
  /** Whether the person wants to see no suggestions. */
  blind = $state(false);
  flagged = $state.raw<ReadonlySet<number>>(new Set());
  #answersUrl: string;

  constructor(
    readonly question: number,
    readonly queue: OfflineQueue,
    owner: string,
    readonly onRefused: (outcomes: AnswerOutcome[]) => void,
  ) {
    const base = `/api/questions/${question}`;
    this.#answersUrl = `${base}/answers`;
    this.outbox = outboxOf(owner);
    this.session = new PageSession({
      next: async (wanted, count, turned) => {
        await this.#prepared();
        const order = anotherThan(turned, wanted, this.suggestions);
        const params = { path: { question_id: question } };
        const body = { count, held: [], order, blind: this.blind };
        return answer(api.POST('/api/questions/{question_id}/next', { params, body }));
      },
      release: (pictures) => {
        // A browser that closes the page lets this one request go out all the same.
        transport
          .send(`${base}/release`, {
            method: 'POST',
            keepalive: true,
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ picture_ids: pictures }),
          })
          // Where it does not arrive, the pictures come free when their time is over.
          .catch(() => undefined);
      },
      put: (write) => this.outbox.put(write),
      delivered: () => this.#delivered(),
      answersUrl: this.#answersUrl,
      rejectionsUrl: `${base}/rejections`,
      newKey,
      lookedAt: () => this.timer.ms,
    });
  }

  /** Listens to what becomes of answers. Returns what ends it. */
  start(): () => void {
    const { session, timer } = this;
    const ends = [
      answerQueues.onOutcomes((url, outcomes) => {
        if (url !== this.#answersUrl) return;
        session.told(outcomes);
        const refused = outcomes.filter(({ status }) => status === 'refused');
        if (refused.length > 0) this.onRefused(refused);
      }),
      this.queue.subscribe(({ refused }) =>
        session.refused(
          refused.flatMap((write) => (write.url === this.#answersUrl ? refusedIn(write) : [])),
        ),
      ),
    ];
    const onVisible = () => timer.setVisible(document.visibilityState === 'visible');
    const onOnline = () => {
      if (session.state.error !== null) session.turn();
    };
    const onHide = () => session.stop();
    const onUnload = (event: BeforeUnloadEvent) => {
      if (this.outbox.state.unkept > 0) event.preventDefault();
    };
    document.addEventListener('visibilitychange', onVisible);
    addEventListener('online', onOnline);
    addEventListener('pagehide', onHide);
    addEventListener('beforeunload', onUnload);
    return () => {
      for (const end of ends) end();
      document.removeEventListener('visibilitychange', onVisible);
      removeEventListener('online', onOnline);
      removeEventListener('pagehide', onHide);
      removeEventListener('beforeunload', onUnload);
    };
  }

  /** Asks what the model can do by now. */
  async look(): Promise<void> {
    const params = { path: { question_id: this.question } };
    try {
      this.suggestions = await answer(
        api.GET('/api/questions/{question_id}/suggestions', { params }),
      );
    } catch {
      // What was known last stays; the next page is asked for all the same and says why.
    }
  }

  /** Waits until the server has looked at all pictures, for else they come in no order. */
  async #prepared(): Promise<void> {
    const until = Date.now() + PREPARING_MS;
    await this.look();
    // A server that has just begun does not know yet how many pictures there are.
    while (this.suggestions?.pictures === 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      await this.look();
    }
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

  /** Waits until what was said has been sent, or cannot be for now. */
  async #delivered(): Promise<void> {
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    await Promise.race([this.outbox.settled().then(() => this.queue.settled()), patience]);
  }
}
