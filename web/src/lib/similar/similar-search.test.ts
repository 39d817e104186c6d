import { describe, expect, it } from 'vitest';
import { ApiError } from '$lib/api/client';
import type { SimilarCalls, SimilarPictures } from './requests';
import { SimilarSearch } from './similar-search.svelte';

const answerOf = (compared: number, missing = 0): SimilarPictures => ({
  items: [],
  compared,
  missing,
});
const picture = (id: number) => ({ kind: 'picture', id }) as const;

function searchWith(calls: Partial<SimilarCalls>): SimilarSearch {
  return new SimilarSearch(calls as SimilarCalls);
}

describe('SimilarSearch', () => {
  it('asks about a picture with the question and the count', async () => {
    const asked: unknown[] = [];
    const search = searchWith({
      similarTo: async (id, { question, limit }) => {
        asked.push([id, question, limit]);
        return answerOf(7, 2);
      },
    });
    await search.ask(picture(5), { question: 3, limit: 50 });
    expect(asked).toEqual([[5, 3, 50]]);
    expect([search.state, search.found?.missing]).toEqual(['found', 2]);
  });

  it('asks about a file', async () => {
    const file = new Blob(['bytes']);
    const asked: unknown[] = [];
    const search = searchWith({
      similarToFile: async (dataset, given) => {
        asked.push(dataset, given);
        return answerOf(7);
      },
    });
    await search.ask({ kind: 'file', dataset: 2, file }, { limit: 50 });
    expect(asked).toEqual([2, file]);
    expect(search.state).toBe('found');
  });

  it('tells a picture that is not prepared from a failure', async () => {
    const search = searchWith({
      similarTo: (id) =>
        Promise.reject(
          id === 1 ? new ApiError(409, 'not_embedded', 'not yet') : new ApiError(404, 'x', 'gone'),
        ),
    });
    await search.ask(picture(1), { limit: 50 });
    expect(search.state).toBe('unprepared');
    await search.ask(picture(2), { limit: 50 });
    expect([search.state, search.error]).toEqual(['failed', 'gone']);
  });

  it('is unprepared where there is nothing to compare a file with yet, not where all is bare', async () => {
    const search = searchWith({ similarTo: async (id) => answerOf(0, id) });
    await search.ask(picture(9), { limit: 50 });
    expect(search.state).toBe('unprepared');
    await search.ask(picture(0), { limit: 50 });
    expect(search.state).toBe('found');
  });

  it('calls off the search before, whose answer then changes nothing', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const ends: ((found: SimilarPictures) => void)[] = [];
    const search = searchWith({
      similarTo: (_, { signal }) => {
        signals.push(signal);
        return new Promise((resolve) => ends.push(resolve));
      },
    });
    const first = search.ask(picture(1), { limit: 50 });
    const second = search.ask(picture(2), { limit: 50 });
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
    ends[1]?.(answerOf(2));
    ends[0]?.(answerOf(1));
    await Promise.all([first, second]);
    expect(search.found?.compared).toBe(2);
  });

  it('forgets what was asked', async () => {
    const search = searchWith({ similarTo: async () => answerOf(7) });
    await search.ask(picture(1), { limit: 50 });
    search.clear();
    expect([search.state, search.found]).toEqual(['idle', null]);
  });
});
