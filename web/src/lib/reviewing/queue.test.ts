import { describe, expect, it } from 'vitest';
import { ReviewQueue } from './queue';

interface Item {
  id: number;
}

/** A server with pictures that wait, which it gives out some at a time. */
function server(ids: number[], size = 3) {
  const state = { ids: [...ids], pages: 0, failing: false };
  const queue = new ReviewQueue<Item>({
    page: async (after) => {
      state.pages++;
      if (state.failing) throw new Error('away');
      const rest = state.ids.filter((id) => after === null || id > Number(after));
      const items = rest.slice(0, size).map((id) => ({ id }));
      return { items, next: rest.length > size ? String(items.at(-1)?.id) : null };
    },
    count: async () => state.ids.length,
  });
  return { state, queue };
}

const shown = (queue: ReviewQueue<Item>) => queue.current?.picture.id ?? null;
const ids = (queue: ReviewQueue<Item>) => queue.items.map(({ picture }) => picture.id);

describe('ReviewQueue', () => {
  it('has nothing to show where nothing waits', async () => {
    const { queue } = server([]);
    await queue.start();
    expect(queue.left).toBe(0);
    expect(shown(queue)).toBeNull();
    expect(await queue.forward()).toBe(false);
    expect(await queue.toNextWaiting()).toBe(false);
  });

  it('goes through all pages, each picture once', async () => {
    const { queue } = server([1, 2, 3, 4, 5, 6, 7]);
    await queue.start();
    const seen = [shown(queue)];
    while (await queue.forward()) seen.push(shown(queue));
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await queue.back()).toBe(true);
    expect(shown(queue)).toBe(6);
  });

  it('goes on to the next that waits, then to what was skipped, then to the end', async () => {
    const { queue } = server([1, 2, 3, 4]);
    await queue.start();
    await queue.forward();
    const order = [];
    for (;;) {
      queue.settle(shown(queue) as number, 'decided');
      if (!(await queue.toNextWaiting())) break;
      order.push(shown(queue));
    }
    expect(order).toEqual([3, 4, 1]);
    expect(queue.left).toBe(0);
    expect(shown(queue)).toBeNull();
  });

  it('counts down and up again', async () => {
    const { queue } = server([1, 2]);
    await queue.start();
    queue.settle(1, 'decided');
    queue.settle(1, 'elsewhere');
    expect(queue.left).toBe(1);
    queue.reopen(1);
    queue.reopen(1);
    expect(queue.left).toBe(2);
    queue.settle(99, 'decided');
    expect(queue.left).toBe(2);
  });

  it('puts a picture that does not wait before the others, and does not count it', async () => {
    const { queue } = server([1, 2]);
    await queue.start({ picture: { id: 9 }, waits: false });
    expect(ids(queue)).toEqual([9, 1, 2]);
    expect(shown(queue)).toBe(9);
    expect(queue.fateOf(9)).toBe('visited');
    queue.settle(9, 'decided');
    expect(queue.left).toBe(2);
    await queue.toNextWaiting();
    expect(shown(queue)).toBe(1);
  });

  it('shows a picture that was asked for where it stands already', async () => {
    const { queue } = server([1, 2, 3]);
    await queue.start({ picture: { id: 3 }, waits: true });
    expect(ids(queue)).toEqual([1, 2, 3]);
    expect(shown(queue)).toBe(3);
  });

  it('does not show a picture twice that comes on a later page', async () => {
    const { queue } = server([1, 2, 3, 4, 5]);
    await queue.start({ picture: { id: 5 }, waits: true });
    while (await queue.forward());
    expect(ids(queue).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('takes up what has come since', async () => {
    const { state, queue } = server([1]);
    await queue.start();
    queue.settle(1, 'asked');
    expect(await queue.toNextWaiting()).toBe(false);
    state.ids = [1, 8];
    expect(await queue.refresh()).toBe(2);
    await queue.toNextWaiting();
    expect(queue.fateOf(1)).toBe('waiting');
    expect(queue.left).toBe(2);
    expect(ids(queue)).toEqual([1, 8]);
  });

  it('says so when pictures cannot be fetched, and goes on when they can', async () => {
    const { state, queue } = server([1, 2, 3, 4], 2);
    await queue.start();
    state.failing = true;
    await queue.show(0).catch(() => undefined);
    await queue.show(1).catch(() => undefined);
    await expect(queue.forward()).rejects.toThrow('away');
    expect(shown(queue)).toBe(2);
    state.failing = false;
    expect(await queue.forward()).toBe(true);
    expect(shown(queue)).toBe(3);
  });

  it('asks once for a page that is wanted twice at the same time', async () => {
    const { state, queue } = server([1, 2, 3, 4]);
    await queue.start();
    const before = state.pages;
    await Promise.all([queue.show(1), queue.show(2)]);
    expect(state.pages).toBe(before + 1);
  });

  it('has another object for a picture whose fate has changed, and for no other', async () => {
    const { queue } = server([1, 2]);
    await queue.start();
    const [first, second] = queue.items;
    queue.settle(1, 'decided');
    expect(queue.items[0]).not.toBe(first);
    expect(queue.items[1]).toBe(second);
    expect(first?.fate).toBe('waiting');
  });

  it('tells of each change until it is not wanted any more', async () => {
    const { queue } = server([1]);
    let told = 0;
    const end = queue.onChange(() => told++);
    await queue.start();
    expect(told).toBeGreaterThan(0);
    end();
    const before = told;
    queue.settle(1, 'decided');
    expect(told).toBe(before);
  });
});
