import { describe, expect, it } from 'vitest';
import type { NewAnswer } from '$lib/grid-page/answering';
import { Decisions, type Outcome } from './decisions';
import { CANNOT_TELL, classesSaid, numberSaid } from './said';

/** A server that keeps what came, and fails in the ways that are put into `failures`. */
function server() {
  const heard: { what: string; picture: number; key?: string }[] = [];
  const failures: object[] = [];
  const timers: (() => void)[] = [];
  const signedIn = { other: false };
  const take = async (what: string, picture: number, key?: string): Promise<Outcome> => {
    heard.push({ what, picture, key });
    const failure = failures.shift();
    if (failure !== undefined) throw Object.assign(new Error('no'), failure);
    return { key: key ?? '', picture_id: picture, status: 'stored' } as Outcome;
  };
  const decisions = new Decisions(
    {
      decide: (body: NewAnswer) => take('decide', body.picture_id, body.key),
      setGold: (body: NewAnswer) => take('gold', body.picture_id, body.key),
      removeGold: async (picture) => void (await take('ungold', picture)),
      answer: (body: NewAnswer) => take(body.verdict ?? 'answer', body.picture_id, body.key),
    },
    {
      wait: () => Promise.resolve(),
      setTimer: (_, then) => {
        timers.push(then);
        return () => void timers.splice(timers.indexOf(then), 1);
      },
      check: async () => {
        if (signedIn.other) throw Object.assign(new Error('not you'), { status: 401 });
      },
    },
  );
  const whats = () => heard.map(({ what }) => what);
  const keys = () => new Set(heard.map(({ key }) => key)).size;
  return { heard, failures, decisions, timers, signedIn, whats, keys };
}

const deed = (picture: number, gold = false) => ({ picture, said: classesSaid(1), gold });

describe('Decisions', () => {
  it('has nothing to take back at first', async () => {
    const { decisions, heard } = server();
    expect(decisions.last).toBeNull();
    expect(await decisions.undo()).toBeNull();
    expect(heard).toEqual([]);
  });

  it('sends one after another, in their order', async () => {
    const { decisions, heard } = server();
    await Promise.all([
      decisions.add(deed(1), 5),
      decisions.add(deed(2, true), null),
      decisions.add(deed(3), 5),
    ]);
    expect(heard.map(({ what, picture }) => `${what} ${picture}`)).toEqual([
      'decide 1',
      'gold 2',
      'decide 3',
    ]);
  });

  it('takes back the newest first', async () => {
    const { decisions, whats } = server();
    await decisions.add(deed(1), 5);
    await decisions.add(deed(2), 5);
    expect((await decisions.undo())?.deed.picture).toBe(2);
    expect(decisions.last?.picture).toBe(1);
    expect((await decisions.undo())?.deed.picture).toBe(1);
    expect(whats()).toEqual(['decide', 'decide', 'withdrawn', 'withdrawn']);
  });

  it('makes a known-answer picture an ordinary one before it takes the decision back', async () => {
    const { decisions, whats } = server();
    await decisions.add(deed(1, true), 5);
    await decisions.undo();
    expect(whats()).toEqual(['gold', 'ungold', 'withdrawn']);
  });

  it('takes it back as well where somebody else has made it an ordinary one', async () => {
    const { decisions, failures, whats } = server();
    await decisions.add(deed(1, true), 5);
    failures.push({ status: 404 });
    await decisions.undo();
    expect(whats()).toEqual(['gold', 'ungold', 'withdrawn']);
  });

  it('waits for a decision that is on its way before it takes it back', async () => {
    const { decisions, whats } = server();
    void decisions.add(deed(1), 5);
    await decisions.undo();
    expect(whats()).toEqual(['decide', 'withdrawn']);
  });

  it('takes nothing back of a decision that was refused meanwhile', async () => {
    const { decisions, failures, whats } = server();
    failures.push({ status: 422 });
    const sent = decisions.add(deed(1), 5);
    const undone = decisions.undo();
    await expect(sent).rejects.toThrow('no');
    expect(await undone).toBeNull();
    expect(whats()).toEqual(['decide']);
    expect(decisions.last).toBeNull();
  });

  it('sends again under the same key what did not get through', async () => {
    const { decisions, failures, heard } = server();
    failures.push({ passing: true }, { passing: true });
    await decisions.add(deed(1), 5);
    expect(heard).toHaveLength(3);
    expect(new Set(heard.map(({ key }) => key)).size).toBe(1);
  });

  const away = (times: number) => Array.from({ length: times }, () => ({ passing: true }));

  it('keeps what does not get through, and sends it under its key when it is tried again', async () => {
    const { decisions, failures, heard, keys } = server();
    failures.push(...away(4));
    const first = decisions.add(deed(1), 5);
    const second = decisions.add(deed(2), 5);
    await decisions.settled();
    expect(heard).toHaveLength(4);
    expect(decisions.state).toEqual({ waiting: 2, halted: 'no' });
    expect(decisions.pending.map(({ picture }) => picture)).toEqual([1, 2]);
    // One that comes meanwhile waits behind them, and does not make the server come back.
    const third = decisions.add(deed(3), 5);
    await decisions.settled();
    expect(heard).toHaveLength(4);
    decisions.retry();
    await Promise.all([first, second, third]);
    expect(heard.slice(4).map(({ picture }) => picture)).toEqual([1, 2, 3]);
    expect(keys()).toBe(3);
    await decisions.settled();
    expect(decisions.state).toEqual({ waiting: 0, halted: null });
    expect(decisions.pending).toEqual([]);
  });

  it('tries again by itself', async () => {
    const { decisions, failures, timers, keys } = server();
    failures.push(...away(8));
    const sent = decisions.add(deed(1), 5);
    await decisions.settled();
    timers.shift()?.();
    await decisions.settled();
    expect(decisions.state.halted).toBe('no');
    timers.shift()?.();
    await sent;
    expect(keys()).toBe(1);
    expect(timers).toEqual([]);
  });

  it('keeps a decision over a sign-out, and sends nothing in the name of somebody else', async () => {
    const { decisions, failures, heard, signedIn, keys } = server();
    failures.push({ status: 401 });
    const sent = decisions.add(deed(1), 5);
    await decisions.settled();
    expect(decisions.state.halted).toBe('no');
    signedIn.other = true;
    decisions.retry();
    await decisions.settled();
    expect(heard).toHaveLength(1);
    expect(decisions.state.halted).toBe('not you');
    signedIn.other = false;
    decisions.retry();
    await sent;
    expect(keys()).toBe(1);
  });

  it('forgets a decision that is taken back before it was ever sent', async () => {
    const { decisions, failures, heard } = server();
    failures.push(...away(4));
    const first = decisions.add(deed(1), 5);
    const second = decisions.add(deed(2), 5);
    await decisions.settled();
    expect(await decisions.undo()).toMatchObject({ deed: { picture: 2 }, outcome: null });
    expect(await second).toBeNull();
    // The server may have the first one, so that is taken back by an event of its own.
    const undone = decisions.undo();
    decisions.retry();
    expect((await undone)?.deed.picture).toBe(1);
    await first;
    expect(heard.slice(4).map(({ what, picture }) => `${what} ${picture}`)).toEqual([
      'decide 1',
      'withdrawn 1',
    ]);
  });

  it('goes on with the next where one is refused for good', async () => {
    const { decisions, failures } = server();
    failures.push({ status: 409 });
    const refused = decisions.add(deed(1), 5);
    const stored = decisions.add(deed(2), 5);
    await expect(refused).rejects.toThrow('no');
    await stored;
    expect(decisions.last?.picture).toBe(2);
    expect(decisions.state).toMatchObject({ halted: null });
  });

  it('takes back under one key, however often it is sent', async () => {
    const { decisions, failures, heard, whats } = server();
    await decisions.add(deed(1, true), 5);
    failures.push(...away(2));
    await decisions.undo();
    expect(whats()).toEqual(['gold', 'ungold', 'ungold', 'ungold', 'withdrawn']);
    await decisions.add(deed(2), 5);
    const undone = decisions.undo();
    failures.push(...away(3));
    await undone;
    const keys = heard.filter(({ what, picture }) => what === 'withdrawn' && picture === 2);
    expect(keys).toHaveLength(4);
    expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
  });

  it('keeps a decision that could not be taken back', async () => {
    const { decisions, failures } = server();
    await decisions.add(deed(1), 5);
    failures.push({ status: 403 });
    await expect(decisions.undo()).rejects.toThrow('no');
    expect(decisions.last?.picture).toBe(1);
  });

  it('does other things in the same order', async () => {
    const { decisions, whats } = server();
    const order: string[] = [];
    void decisions.add(deed(1), 5).then(() => order.push('decided'));
    await decisions.afterwards(async () => order.push('asked'));
    expect(order).toEqual(['decided', 'asked']);
    await decisions.withdraw(4);
    await decisions.settled();
    expect(whats()).toEqual(['decide', 'withdrawn']);
  });
});

describe('what is said', () => {
  it('holds the classes in their order', () => {
    expect(classesSaid(3, 1)).toEqual({ verdict: 'answer', choice_ids: [1, 3], number: null });
    expect(classesSaid()).toMatchObject({ verdict: 'answer', choice_ids: [] });
    expect(numberSaid(0)).toMatchObject({ verdict: 'answer', number: 0 });
    expect(CANNOT_TELL).toEqual({ verdict: 'cannot_tell', choice_ids: [], number: null });
  });
});
