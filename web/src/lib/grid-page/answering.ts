/** One answer for many pictures: in batches that the server takes, each safe to be sent again. */
import { newKey } from '$lib/api/key';
import type { components } from '$lib/api/schema';

export type NewAnswer = components['schemas']['NewAnswer'];
export type AnswerOutcome = components['schemas']['AnswerOutcome'];

/** What is said about each picture. */
export type Said = Pick<NewAnswer, 'verdict' | 'choice_ids' | 'number'>;

/** The most answers that the server takes at once. */
const BATCH = 500;

export interface Progress {
  done: number;
  total: number;
}

export interface Sent {
  stored: AnswerOutcome[];
  refused: AnswerOutcome[];
}

/** Sends the same answer for each picture.
 *
 * A batch that fails because the server is not there is sent again with the same keys, so nothing
 * is stored twice. Raises: what the last try has failed with; `sent` then holds what was stored. */
export async function answerAll(
  pictures: readonly number[],
  said: Said,
  {
    send,
    onProgress = () => undefined,
    sent = { stored: [], refused: [] },
    batch = BATCH,
    wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    tries = 4,
  }: {
    send: (answers: NewAnswer[]) => Promise<AnswerOutcome[]>;
    onProgress?: (progress: Progress) => void;
    sent?: Sent;
    batch?: number;
    wait?: (ms: number) => Promise<void>;
    tries?: number;
  },
): Promise<Sent> {
  for (let start = 0; start < pictures.length; start += batch) {
    const answers = pictures
      .slice(start, start + batch)
      .map((picture_id) => ({ picture_id, ...said, key: newKey() }) as NewAnswer);
    for (const outcome of await sendAgain(() => send(answers), tries, wait)) {
      (outcome.status === 'refused' ? sent.refused : sent.stored).push(outcome);
    }
    onProgress({ done: Math.min(start + batch, pictures.length), total: pictures.length });
  }
  return sent;
}

async function sendAgain<T>(
  send: () => Promise<T>,
  tries: number,
  wait: (ms: number) => Promise<void>,
): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await send();
    } catch (error) {
      if (turn >= tries || (error as { passing?: boolean }).passing !== true) throw error;
      await wait(500 * 2 ** turn);
    }
  }
}
