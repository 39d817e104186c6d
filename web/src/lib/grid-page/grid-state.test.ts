import { describe, expect, it } from 'vitest';
import { ApiError } from '$lib/api/errors';
import type { Label, Picture, Question } from '$lib/pictures/picture';
import type { AnswerOutcome, NewAnswer } from './answering';
import { readFilter } from './filter';
import { GridState, type GridCalls } from './grid-state.svelte';
import { KeptGrids } from './kept-grids';

const question = { id: 5 } as Question;
const rust = { verdict: 'answer' as const, choice_ids: [7], number: null };
const everything = readFilter(new URLSearchParams());

/** A server with so many pictures, numbered from 101, that refuses some. */
function serverOf(count: number, refuses: readonly number[] = []) {
  const asked: string[] = [];
  const given: NewAnswer[] = [];
  const outcome = (one: NewAnswer): AnswerOutcome => {
    given.push(one);
    const label = { verdict: one.verdict, choice_ids: one.choice_ids } as Label;
    return { key: one.key, picture_id: one.picture_id, status: 'stored', label };
  };
  const calls: GridCalls = {
    loader: () => ({
      page: async (after, limit) => {
        const from = Number(after ?? 0);
        const to = Math.min(from + limit, count);
        const items = Array.from({ length: to - from }, (_, at) => ({ id: 101 + from + at }));
        return { items: items as Picture[], next: to < count ? String(to) : null };
      },
      marks: async (every) => ({
        total: count,
        cursors: Array.from({ length: Math.ceil(count / every) - 1 }, (_, at) =>
          String((at + 1) * every),
        ),
      }),
    }),
    give: async (_, answers) =>
      answers.map((one) =>
        refuses.includes(one.picture_id)
          ? { key: one.key, picture_id: one.picture_id, status: 'refused', message: 'No.' }
          : outcome(one),
      ),
    decide: async (_, one) => {
      if (refuses.includes(one.picture_id)) throw new ApiError(409, 'removed', 'It is gone.');
      return outcome(one);
    },
    askAgain: async (of, pictures) => void asked.push(`again ${of}: ${pictures.length}`),
    flag: async (picture, flagged) => {
      if (refuses.includes(picture)) throw new ApiError(403, 'forbidden', 'Not yours.');
      asked.push(`${flagged ? 'flag' : 'clear'} ${picture}`);
    },
  };
  return { calls, asked, given };
}

async function gridOn(calls: GridCalls, grids = new KeptGrids(null)) {
  const grid = new GridState(3, everything, { calls, grids });
  const end = grid.watch();
  await grid.pages.count();
  grid.pages.source.view(0, 6);
  await expect.poll(() => grid.pages.source.item(0)).toBeDefined();
  return { grid, grids, end };
}

const select = (grid: GridState, ...indices: number[]) =>
  indices.forEach((index) => grid.selection.toggle(index));

describe('GridState', () => {
  it('knows how many pictures there are and how many are selected', async () => {
    const { grid, end } = await gridOn(serverOf(6).calls);
    select(grid, 1, 3);
    expect(grid).toMatchObject({ total: 6, chosen: 2, error: null, kept: false });
    expect((await grid.selected()).map(({ id }) => id)).toEqual([102, 104]);
    end();
    select(grid, 5);
    expect(grid.chosen).toBe(2);
  });

  it('answers what is selected and shows the new labels where the pictures stand', async () => {
    const { calls, given } = serverOf(6, [104]);
    const { grid } = await gridOn(calls);
    select(grid, 1, 3);
    const { sent } = await grid.answerSelected(question, rust, false);
    expect(given.map(({ picture_id, choice_ids }) => [picture_id, choice_ids])).toEqual([
      [102, [7]],
    ]);
    expect(sent.refused.map(({ picture_id }) => picture_id)).toEqual([104]);
    expect(grid.pages.source.item(1)).toMatchObject({ id: 102, label: { choice_ids: [7] } });
    expect(grid.pages.source.item(3)?.label).toBeUndefined();
    expect(grid.progress).toBeNull();
  });

  it('takes back only what was stored', async () => {
    const { calls, given } = serverOf(6, [104]);
    const { grid } = await gridOn(calls);
    select(grid, 1, 3);
    const done = await grid.answerSelected(question, rust, false);
    await grid.takeBack(done);
    expect(given.map(({ picture_id, verdict }) => [picture_id, verdict])).toEqual([
      [102, 'answer'],
      [102, 'withdrawn'],
    ]);
    expect(grid.pages.source.item(1)?.label).toMatchObject({ verdict: 'withdrawn' });
  });

  it('decides about each picture by itself: one that is gone does not stop the others', async () => {
    const { calls } = serverOf(6, [102]);
    const { grid } = await gridOn(calls);
    select(grid, 0, 1, 2);
    const { sent } = await grid.answerSelected(question, rust, true);
    expect(sent.stored.map(({ picture_id }) => picture_id)).toEqual([101, 103]);
    expect(sent.refused).toMatchObject([
      { picture_id: 102, code: 'removed', message: 'It is gone.' },
    ]);
  });

  it('asks for one more answer five hundred at a time, and looks anew', async () => {
    const { calls, asked } = serverOf(1200);
    const { grid } = await gridOn(calls);
    grid.selection.all(1200);
    expect(await grid.askAgain(question)).toBe(1200);
    expect(asked).toEqual(['again 5: 500', 'again 5: 500', 'again 5: 200']);
    expect(grid.pages.source.item(0)).toBeUndefined();
  });

  it('flags each that is selected, and ends its progress where it fails', async () => {
    const { calls, asked } = serverOf(6, [106]);
    const { grid } = await gridOn(calls);
    select(grid, 0, 2);
    expect(await grid.flagSelected(true)).toEqual([101, 103]);
    expect(asked.sort()).toEqual(['flag 101', 'flag 103']);
    select(grid, 5);
    await expect(grid.flagSelected(false)).rejects.toThrow('Not yours.');
    expect(grid.progress).toBeNull();
  });

  it('stands as it was left when somebody comes back to it', async () => {
    const { calls } = serverOf(6);
    const { grid, grids } = await gridOn(calls);
    select(grid, 2);
    const again = new GridState(3, everything, { calls, grids });
    expect(again).toMatchObject({ kept: true, chosen: 1, total: 6 });
    expect(again.pages).toBe(grid.pages);
    grids.forget();
    expect(new GridState(3, everything, { calls, grids }).kept).toBe(false);
  });
});
