import { IDBFactory } from 'fake-indexeddb';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '$lib/api/errors';
import { AnswerQueues, refusedIn } from './answer-queue';
import type { AnswerOutcome } from './answers';

const open: { stop: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.stop()));
});

const answers = (...pictures: number[]) => ({
  method: 'POST' as const,
  url: '/api/questions/1/answers',
  body: { answers: pictures.map((picture_id) => ({ picture_id, key: `key-${picture_id}` })) },
  title: 'Rust for a.jpg',
});

function queues(refuses: number[] = []) {
  const sent: { url: string; key: string; body: { answers?: { picture_id: number }[] } }[] = [];
  const signedIn = { name: 'ada' as string | null };
  const made = new AnswerQueues({
    whoIsSignedIn: async () => signedIn.name,
    factory: new IDBFactory(),
    send: async (url, init) => {
      const body = JSON.parse(init.body as string) as (typeof sent)[0]['body'];
      sent.push({ url, key: (init.headers as Record<string, string>)['Idempotency-Key']!, body });
      if (body.answers === undefined) return { id: 1 };
      return {
        items: body.answers.map(({ picture_id }) => ({
          key: `key-${picture_id}`,
          picture_id,
          status: refuses.includes(picture_id) ? 'refused' : 'stored',
          code: refuses.includes(picture_id) ? 'input' : null,
          message: refuses.includes(picture_id) ? 'No longer offered.' : null,
        })),
      };
    },
  });
  const queue = made.of('ada');
  open.push(queue);
  return { made, queue, sent, signedIn };
}

describe('AnswerQueues', () => {
  it('has one queue for each person', () => {
    const { made, queue } = queues();
    expect(made.of('ada')).toBe(queue);
    const other = made.of('grace');
    open.push(other);
    expect(other).not.toBe(queue);
  });

  it('tells what became of each answer', async () => {
    const { made, queue, sent } = queues();
    const heard: [string, AnswerOutcome[]][] = [];
    made.onOutcomes((url, outcomes) => heard.push([url, outcomes]));
    await queue.start();
    const key = await queue.add(answers(1, 2));
    await queue.settled();
    expect(sent.map(({ key }) => key)).toEqual([key]);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.[1].map(({ picture_id }) => picture_id)).toEqual([1, 2]);
    expect(queue.state).toMatchObject({ waiting: 0, refused: [], doing: 'resting' });
  });

  it('keeps a refused answer with the words of the server, and sends the next', async () => {
    const { queue, sent } = queues([1]);
    await queue.start();
    await queue.add(answers(1));
    await queue.add(answers(2));
    await queue.settled();
    expect(sent).toHaveLength(2);
    expect(queue.state.waiting).toBe(0);
    expect(queue.state.refused).toMatchObject([
      { title: 'Rust for a.jpg', code: 'input', message: 'No longer offered.' },
    ]);
  });

  it('says how many of many were refused', async () => {
    const { queue } = queues([2, 3]);
    await queue.start();
    await queue.add(answers(1, 2, 3));
    await queue.settled();
    expect(queue.state.refused[0]?.message).toBe('2 of 3 were refused. No longer offered.');
  });

  const withdrawal = (undoes: string, ...pictures: number[]) => ({
    ...answers(...pictures),
    body: { answers: pictures.map((picture_id) => ({ picture_id, verdict: 'withdrawn' })) },
    undoes,
  });

  it('takes back only what the server has taken of many answers', async () => {
    const { queue, sent, signedIn } = queues([2]);
    signedIn.name = null;
    await queue.start();
    await queue.add({ ...answers(1, 2, 3), id: 'step' });
    await queue.settled();
    // It has been tried, so nobody knows whether the server has it.
    await queue.add(withdrawal('step', 1, 2, 3));
    signedIn.name = 'ada';
    queue.wake();
    await queue.settled();
    expect(sent.map(({ body }) => body.answers?.map(({ picture_id }) => picture_id))).toEqual([
      [1, 2, 3],
      [1, 3],
    ]);
    expect(queue.state).toMatchObject({ waiting: 0, refused: [] });
  });

  it('takes back nothing where all of it was refused, before or after the undo', async () => {
    const { queue, sent, signedIn } = queues([1]);
    signedIn.name = null;
    await queue.start();
    await queue.add({ ...answers(1), id: 'early' });
    await queue.settled();
    await queue.add(withdrawal('early', 1));
    signedIn.name = 'ada';
    queue.wake();
    await queue.settled();
    await queue.add({ ...answers(1), id: 'late' });
    await queue.settled();
    expect(queue.state.refused.flatMap(refusedIn)).toEqual([{ key: 'key-1', picture_id: 1 }]);
    await queue.add(withdrawal('late', 1));
    await queue.settled();
    expect(sent.map(({ body }) => body.answers?.[0])).toEqual([
      { picture_id: 1, key: 'key-1' },
      { picture_id: 1, key: 'key-1' },
    ]);
    expect(queue.state).toMatchObject({ waiting: 0, refused: [] });
  });

  it('sends what is no answer just so', async () => {
    const { made, queue, sent } = queues();
    let heard = 0;
    made.onOutcomes(() => heard++);
    await queue.start();
    await queue.add({ method: 'POST', url: '/api/pictures/3/comments', body: { text: 'Blurred' } });
    await queue.settled();
    expect(sent).toMatchObject([{ url: '/api/pictures/3/comments', body: { text: 'Blurred' } }]);
    expect(heard).toBe(0);
  });

  it('sends nothing in the name of somebody else', async () => {
    const { queue, sent, signedIn } = queues();
    signedIn.name = 'grace';
    await queue.start();
    await queue.add(answers(1));
    await queue.settled();
    expect(sent).toEqual([]);
    expect(queue.state).toMatchObject({ waiting: 1, doing: 'signed-out' });
    signedIn.name = null;
    queue.wake();
    await queue.settled();
    expect(sent).toEqual([]);
    signedIn.name = 'ada';
    queue.wake();
    await queue.settled();
    expect(sent).toHaveLength(1);
    expect(queue.state).toMatchObject({ waiting: 0, doing: 'resting' });
  });

  it('waits while it cannot be known who is signed in', async () => {
    const made = new AnswerQueues({
      whoIsSignedIn: () => Promise.reject(new ApiError(0, 'unreachable', 'Not there.')),
      factory: new IDBFactory(),
      send: () => Promise.reject(new Error('must not be reached')),
    });
    const queue = made.of('ada');
    open.push(queue);
    await queue.start();
    await queue.add(answers(1));
    await queue.settled();
    expect(queue.state).toMatchObject({ waiting: 1, refused: [], doing: 'paused' });
  });
});
