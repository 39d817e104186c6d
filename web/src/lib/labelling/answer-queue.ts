/** The way of all that is said while labelling: one queue for each person, kept in the browser. */
import { ApiError } from '$lib/api/errors';
import { newKey } from '$lib/api/key';
import { OfflineQueue, type Refused, type Waiting, type Write } from '$lib/widgets/offline/queue';
import type { AnswerOutcome, NewAnswer } from './answers';

export interface AnswerQueueOptions {
  /** Sends as `Transport.json` does; throws ApiError. */
  send: (url: string, init: RequestInit) => Promise<unknown>;
  /** In whose name a request would go out now; null where nobody is signed in. Throws ApiError. */
  whoIsSignedIn: () => Promise<string | null>;
  factory?: IDBFactory;
}

type Listener = (url: string, outcomes: AnswerOutcome[]) => void;

export class AnswerQueues {
  #options: AnswerQueueOptions;
  #queues = new Map<string, OfflineQueue>();
  #listeners = new Set<Listener>();

  constructor(options: AnswerQueueOptions) {
    this.#options = options;
  }

  /** The queue of a person, begun if it was not yet. It goes on when its page is left. */
  of(owner: string): OfflineQueue {
    const known = this.#queues.get(owner);
    if (known !== undefined) return known;
    const queue = new OfflineQueue({
      owner,
      newKey,
      factory: this.#options.factory,
      remains,
      deliver: (write, signal) => this.#deliver(owner, write, signal),
    });
    this.#queues.set(owner, queue);
    return queue;
  }

  /** Calls back with what became of answers that this window has sent. Returns what ends it. */
  onOutcomes(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #deliver(owner: string, write: Waiting, signal: AbortSignal): Promise<unknown> {
    // Somebody else may have signed in meanwhile, here or in another window.
    if ((await this.#options.whoIsSignedIn()) !== owner) {
      throw new ApiError(401, 'other_person', `These answers are ${owner}'s, who is signed out.`);
    }
    const body = await this.#options.send(write.url, {
      method: write.method,
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': write.key },
      body: JSON.stringify(write.body),
      signal,
    });
    const outcomes = outcomesOf(body);
    if (outcomes === null) return body;
    for (const listener of this.#listeners) listener(write.url, outcomes);
    const refused = outcomes.filter(({ status }) => status === 'refused');
    if (refused.length > 0) throw refusal(refused, outcomes.length);
    return body;
  }
}

function outcomesOf(body: unknown): AnswerOutcome[] | null {
  const items = (body as { items?: unknown } | null)?.items;
  return Array.isArray(items) ? (items as AnswerOutcome[]) : null;
}

/** What the queue puts aside and shows. Those that were stored beside the refused ones stay so
 * when the write is sent again, because each answer has its own key. */
function refusal(refused: readonly AnswerOutcome[], of: number): ApiError {
  const [first] = refused;
  const words = first?.message ?? 'The server did not say why.';
  return new ApiError(
    422,
    first?.code ?? 'refused',
    of === 1 ? words : `${refused.length} of ${of} were refused. ${words}`,
    { refused: refused.map(({ key, picture_id }) => ({ key, picture_id })) } satisfies Details,
  );
}

interface Details {
  refused: { key: string; picture_id: number }[];
}

/** The keys of the answers that the server has refused, of a write that was put aside. */
export function refusedIn({ details }: Refused): Details['refused'] {
  return (details as Details | undefined)?.refused ?? [];
}

/** A withdrawal without the pictures whose answers were refused: there it would take back what the
 * person has answered before. Null where nothing is left of it. */
function remains(write: Refused, undoing: Write): Write | null {
  const refused = refusedIn(write);
  // The server has refused it as a whole.
  if (refused.length === 0) return null;
  const without = new Set(refused.map(({ picture_id }) => picture_id));
  const { answers } = undoing.body as { answers: NewAnswer[] };
  const left = answers.filter(({ picture_id }) => !without.has(picture_id));
  return left.length === 0 ? null : { ...undoing, body: { answers: left } };
}
