/** The app's own queues of answers. */
import { transport } from '$lib/api/client';
import { session } from '$lib/session/session.svelte';
import type { OfflineQueue } from '$lib/widgets/offline/queue';
import { AnswerQueues } from './answer-queue';
import { Outbox } from './outbox';

export const answerQueues = new AnswerQueues({
  send: (url, init) => transport.json(url, init),
  whoIsSignedIn: () => session.currentName(),
});

/** The queue of a person, for what is shown of it. */
export const queueOf = (owner: string): OfflineQueue => answerQueues.of(owner);

/** The queue of whoever is signed in, at work. Raises: Error where the browser keeps nothing. */
export async function startQueue(owner: string): Promise<OfflineQueue> {
  const queue = answerQueues.of(owner);
  await queue.start();
  queue.wake();
  return queue;
}

const outboxes = new Map<string, Outbox>();

/** What a person has said and the browser has not kept yet: it outlives the page it was said on. */
export function outboxOf(owner: string): Outbox {
  let outbox = outboxes.get(owner);
  if (outbox === undefined) {
    outbox = new Outbox({ keep: (write) => answerQueues.of(owner).add(write) });
    outboxes.set(owner, outbox);
  }
  return outbox;
}
