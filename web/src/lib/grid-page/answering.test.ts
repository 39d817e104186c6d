import { describe, expect, it } from 'vitest';
import { answerAll, type AnswerOutcome, type NewAnswer, type Sent } from './answering';

const SAID = { verdict: 'answer', choice_ids: [3], number: null } as const;
const said = { ...SAID, choice_ids: [...SAID.choice_ids] };
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const stored = ({ key, picture_id }: NewAnswer) =>
  ({ key, picture_id, status: 'stored' }) as AnswerOutcome;
const wait = async () => undefined;

describe('answerAll', () => {
  it('sends no more at once than the server takes, each with a key of its own', async () => {
    const batches: NewAnswer[][] = [];
    const progress: number[] = [];
    const sent = await answerAll(numbers(1201), said, {
      send: async (answers) => {
        batches.push(answers);
        return answers.map(stored);
      },
      onProgress: ({ done }) => progress.push(done),
    });
    expect(batches.map(({ length }) => length)).toEqual([500, 500, 201]);
    const all = batches.flat();
    expect(all.map(({ picture_id }) => picture_id)).toEqual(numbers(1201));
    expect(new Set(all.map(({ key }) => key)).size).toBe(1201);
    expect(all.every(({ choice_ids }) => choice_ids?.[0] === 3)).toBe(true);
    expect(progress).toEqual([500, 1000, 1201]);
    expect(sent.stored).toHaveLength(1201);
  });

  it('sends nothing for nothing', async () => {
    const sent = await answerAll([], said, {
      send: async () => {
        throw new Error('nothing was to be sent');
      },
    });
    expect(sent).toEqual({ stored: [], refused: [] });
  });

  it('tells what was refused from what was stored', async () => {
    const sent = await answerAll(numbers(4), said, {
      send: async (answers) =>
        answers.map((answer) => ({
          ...stored(answer),
          status: answer.picture_id % 2 ? 'refused' : 'repeated',
        })),
    });
    expect(sent.refused.map(({ picture_id }) => picture_id)).toEqual([1, 3]);
    expect(sent.stored.map(({ picture_id }) => picture_id)).toEqual([2, 4]);
  });

  it('sends a batch again with the same keys when the server was not there', async () => {
    const keys: string[][] = [];
    await answerAll(numbers(3), said, {
      wait,
      send: async (answers) => {
        keys.push(answers.map(({ key }) => key));
        if (keys.length === 1) throw Object.assign(new Error('gone'), { passing: true });
        return answers.map(stored);
      },
    });
    expect(keys).toHaveLength(2);
    expect(keys[1]).toEqual(keys[0]);
  });

  it('stops at an error that would come again, and keeps what was stored before', async () => {
    const sent: Sent = { stored: [], refused: [] };
    let calls = 0;
    const work = answerAll(numbers(9), said, {
      batch: 4,
      sent,
      wait,
      send: async (answers) => {
        if (++calls === 2) throw new Error('You are an annotator no longer.');
        return answers.map(stored);
      },
    });
    await expect(work).rejects.toThrow('no longer');
    expect(calls).toBe(2);
    expect(sent.stored.map(({ picture_id }) => picture_id)).toEqual([1, 2, 3, 4]);
  });
});
