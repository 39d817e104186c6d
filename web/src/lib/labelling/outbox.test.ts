import { describe, expect, it } from 'vitest';
import type { Write } from '$lib/widgets/offline/queue';
import { Outbox } from './outbox';

const write = (body: unknown): Write => ({ method: 'POST', url: '/api/x', body });

function outbox(fails: (body: unknown) => boolean = () => false) {
  const kept: unknown[] = [];
  const timers: (() => void)[] = [];
  const box = new Outbox({
    keep: async ({ body }) => {
      await Promise.resolve();
      if (fails(body)) throw new Error('The disk is full.');
      kept.push(body);
    },
    setTimer: (_ms, then) => {
      timers.push(then);
      return () => void timers.splice(timers.indexOf(then), 1);
    },
  });
  return { box, kept, timers };
}

describe('Outbox', () => {
  it('holds nothing at first', () => {
    expect(outbox().box.state).toEqual({ unkept: 0, reason: null });
  });

  it('keeps writes in the order in which they came', async () => {
    const { box, kept } = outbox();
    for (let at = 0; at < 20; at++) box.put(write(at));
    expect(box.state.unkept).toBe(20);
    await box.settled();
    expect(kept).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect(box.state).toEqual({ unkept: 0, reason: null });
  });

  it('holds what cannot be kept, lets nothing overtake it, and tries again by itself', async () => {
    let full = true;
    const { box, kept, timers } = outbox((body) => full && body === 'b');
    box.put(write('a'));
    box.put(write('b'));
    box.put(write('c'));
    await box.settled();
    expect(kept).toEqual(['a']);
    expect(box.state).toEqual({ unkept: 2, reason: 'The disk is full.' });
    full = false;
    timers[0]?.();
    await box.settled();
    expect(kept).toEqual(['a', 'b', 'c']);
    expect(box.state).toEqual({ unkept: 0, reason: null });
  });

  it('has one try under way at a time', async () => {
    let full = true;
    const { box, kept, timers } = outbox(() => full);
    box.put(write(1));
    box.put(write(2));
    box.retry();
    await box.settled();
    expect(timers).toHaveLength(1);
    full = false;
    box.retry();
    box.retry();
    await box.settled();
    expect(kept).toEqual([1, 2]);
    expect(timers).toHaveLength(0);
  });

  it('forgets what was taken back before the browser has kept it', async () => {
    let full = true;
    const { box, kept } = outbox(() => full);
    box.put({ ...write('a'), id: 'a' });
    await box.settled();
    box.put({ ...write('b'), id: 'b' });
    box.put(write('c'));
    box.put({ ...write('undo b'), undoes: 'b' });
    expect(box.state.unkept).toBe(2);
    full = false;
    box.retry();
    // The first one is on its way into the browser by now.
    box.put({ ...write('undo a'), undoes: 'a' });
    await box.settled();
    expect(kept).toEqual(['a', 'c', 'undo a']);
  });

  it('tells its listeners', async () => {
    const { box } = outbox();
    const seen: number[] = [];
    const end = box.subscribe(({ unkept }) => seen.push(unkept));
    box.put(write(1));
    await box.settled();
    end();
    box.put(write(2));
    expect(seen).toEqual([0, 1, 0]);
  });
});
