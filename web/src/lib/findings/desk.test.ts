import { describe, expect, it } from 'vitest';
import type { Case } from './cases';
import { CaseDesk } from './desk.svelte';
import type { CaseCalls } from './requests';

const picture = (id: number, more = {}): Case['pictures'][number] => ({
  id,
  name: `${id}.jpg`,
  sha256: 'a',
  width: 1,
  height: 1,
  label: null,
  note: '',
  suggested: 'rust',
  suggested_id: 7,
  score: null,
  removed: false,
  decided: false,
  sent: false,
  ...more,
});

const case_ = (number: number, ...pictures: number[]): Case => ({
  key: `k${number}`,
  number,
  why: '',
  certainty: 1,
  state: 'open',
  dismissal: null,
  pictures: pictures.map((id) => picture(id)),
  total: pictures.length,
});

/** A desk before a server that keeps what it was asked for, three cases a page. */
async function open(cases: Case[], size = 3) {
  const sent: [string, unknown][] = [];
  const failing = { on: false };
  const note =
    <T>(name: string, answer: (asked: T) => unknown = () => undefined) =>
    async (asked: T, further?: unknown) => {
      if (failing.on) throw new Error('away');
      sent.push([name, further === undefined ? asked : [asked, further]]);
      return answer(asked) as never;
    };
  const calls: CaseCalls = {
    dismiss: note('dismiss'),
    showAgain: note('showAgain'),
    merge: note('merge', (groups: { keep: number; picture_ids: number[] }[]) =>
      groups.flatMap(({ keep, picture_ids }) => picture_ids.filter((id) => id !== keep)),
    ),
    trash: note('trash', (ids) => ids),
    restore: note('restore', (ids) => ids),
    decide: note('decide', (all: { picture_id: number }[]) => all.map((one) => one.picture_id)),
    withdraw: note('withdraw'),
    review: note('review'),
    callBack: note('callBack'),
  };
  const desk = new CaseDesk({
    check: 'copies',
    title: 'Copies',
    calls,
    load: async (_, after) => {
      const rest = cases.filter(({ number }) => number > after);
      const items = rest.slice(0, size);
      return { items, next: rest.length > size ? (items.at(-1)?.number ?? null) : null };
    },
  });
  await desk.show('open');
  return { desk, sent, failing };
}

describe('CaseDesk', () => {
  it('goes through all pages', async () => {
    const { desk } = await open([1, 2, 3, 4].map((n) => case_(n, n)));
    expect([desk.items.length, desk.more]).toEqual([3, true]);
    await desk.step(1);
    await desk.step(1);
    await desk.step(1);
    expect([desk.current?.number, desk.items.length, desk.more]).toEqual([4, 4, false]);
    await desk.step(1);
    expect(desk.current?.number).toBe(4);
    await desk.step(-9);
    expect(desk.current?.number).toBe(1);
  });

  it('acts on the case that is looked at, goes on to the next, and takes it back', async () => {
    const { desk, sent } = await open([case_(1, 11), case_(2, 12)]);
    expect(await desk.trash()).toBe(true);
    expect(sent).toEqual([['trash', [[11], 'Copies']]]);
    expect(desk.marks.get('k1')?.text).toBe('1 picture in the trash');
    expect(desk.current?.key).toBe('k2');
    expect(await desk.undo()).toBe('1 picture in the trash');
    expect(sent.at(-1)).toEqual(['restore', [11]]);
    expect(desk.marks.size).toBe(0);
    expect(desk.current?.key).toBe('k1');
    expect(await desk.undo()).toBeNull();
  });

  it('acts on all chosen cases with one request', async () => {
    const { desk, sent } = await open([case_(1, 11), case_(2, 12), case_(3, 13)]);
    desk.choose(0);
    desk.choose(2, true);
    expect(desk.about.length).toBe(3);
    await desk.takeSuggested();
    expect(sent[0]?.[1]).toEqual([
      { picture_id: 11, choice_id: 7 },
      { picture_id: 12, choice_id: 7 },
      { picture_id: 13, choice_id: 7 },
    ]);
    expect(desk.chosen.size).toBe(0);
    await desk.undo();
    expect(sent.at(-1)).toEqual(['withdraw', [11, 12, 13]]);
  });

  it('does nothing where several pictures could be meant', async () => {
    const { desk, sent } = await open([case_(1, 11, 12)]);
    expect(await desk.trash()).toBe(false);
    expect(await desk.relabel({ id: 7, name: 'rust' })).toBe(false);
    expect(sent).toEqual([]);
    desk.pick('k1', 12);
    expect(await desk.relabel({ id: 8, name: 'miner' })).toBe(true);
    expect(sent).toEqual([['decide', [{ picture_id: 12, choice_id: 8 }]]]);
    expect(desk.marks.get('k1')?.text).toBe('Now miner');
  });

  it('merges, keeps the picked picture, and restores on undo', async () => {
    const { desk, sent } = await open([case_(1, 11, 12), case_(2, 13)]);
    desk.pick('k1', 12);
    desk.pick('k1', 11);
    desk.pick('k1', 11);
    desk.chooseAll();
    await desk.merge();
    expect(sent[0]).toEqual(['merge', [{ keep: 12, picture_ids: [11, 12] }]]);
    // The second has nothing to merge, and still waits.
    expect([...desk.marks.keys()]).toEqual(['k1']);
    await desk.undo();
    expect(sent.at(-1)).toEqual(['restore', [11]]);
  });

  it('sends to review and dismisses, and a case is not acted on twice', async () => {
    const { desk, sent } = await open([case_(1, 11, 12), case_(2, 12)]);
    desk.chooseAll();
    await desk.review();
    expect(sent[0]).toEqual(['review', [[11, 12], 'Copies']]);
    expect(await desk.dismiss('fine')).toBe(false);
    await desk.undo();
    desk.go(1);
    await desk.dismiss('fine');
    expect(sent.at(-1)).toEqual(['dismiss', [[{ check: 'copies', key: 'k2' }], 'fine']]);
    await desk.undo();
    expect(sent.at(-1)).toEqual(['showAgain', [{ check: 'copies', key: 'k2' }]]);
  });

  it('leaves everything as it was where the server is away', async () => {
    const { desk, failing } = await open([case_(1, 11)]);
    failing.on = true;
    await expect(desk.trash()).rejects.toThrow('away');
    expect([desk.marks.size, desk.undoable, desk.busy]).toEqual([0, 0, false]);
    failing.on = false;
    await desk.trash();
    failing.on = true;
    await expect(desk.undo()).rejects.toThrow('away');
    expect([desk.marks.size, desk.undoable, desk.busy]).toEqual([1, 1, false]);
  });
});
