import { describe, expect, it } from 'vitest';
import { PagedSource, type PageAnswer, type PageWish } from './paged-source';

interface Call extends PageWish {
  answer: (answer: PageAnswer<number> | number[]) => Promise<void>;
  fail: (error: unknown) => Promise<void>;
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

function slow(count: number, more: { keep?: number; parallel?: number; marks?: string[] } = {}) {
  const calls: Call[] = [];
  const source = new PagedSource<number>({
    count,
    size: 10,
    ...more,
    load: (wish) =>
      new Promise((resolve, reject) => {
        calls.push({
          ...wish,
          answer: (answer) => (resolve(answer), settled().then(() => undefined)),
          fail: (error) => (reject(error), settled().then(() => undefined)),
        });
      }),
  });
  const page = (number: number) => Array.from({ length: 10 }, (_, at) => number * 10 + at);
  return { source, calls, page };
}

describe('PagedSource', () => {
  it('fetches the pages in view, middle first, each once', async () => {
    const { source, calls, page } = slow(100);
    source.view(15, 45);
    source.view(15, 45);
    expect(calls.map((call) => call.page)).toEqual([2, 3, 1, 4]);
    expect(source.item(27)).toBeUndefined();
    await calls[0]!.answer(page(2));
    expect(source.item(27)).toBe(27);
    expect(source.item(31)).toBeUndefined();
  });

  it('asks for nothing where there is nothing', () => {
    const { source, calls } = slow(0);
    source.view(0, 50);
    expect(calls).toEqual([]);
    expect(source.loading).toBe(false);
  });

  it('runs only so many at a time and goes on as they end', async () => {
    const { source, calls, page } = slow(100, { parallel: 2 });
    source.view(0, 40);
    expect(calls).toHaveLength(2);
    await calls[0]!.answer(page(calls[0]!.page));
    expect(calls).toHaveLength(3);
  });

  it('calls off what has gone out of view, and does not take its late answer', async () => {
    const { source, calls, page } = slow(1000);
    source.view(0, 10);
    source.view(500, 510);
    expect(calls[0]!.signal.aborted).toBe(true);
    await calls[0]!.answer(page(0));
    expect(source.item(3)).toBeUndefined();
    expect(calls.map((call) => call.page)).toEqual([0, 50]);
  });

  it('hands on the marks that come with pages, and those given at first', async () => {
    const { source, calls, page } = slow(100);
    source.view(0, 5);
    expect(calls[0]!.mark).toBeNull();
    await calls[0]!.answer({ items: page(0), next: 'after-9' });
    source.view(10, 15);
    expect(calls[1]!.mark).toBe('after-9');
    source.view(60, 65);
    expect(calls[2]!.mark).toBeUndefined();

    const marked = slow(100, { marks: ['m1', 'm2', 'm3'] });
    marked.source.view(30, 35);
    expect(marked.calls[0]!.mark).toBe('m3');
  });

  it('keeps only so many pages, those seen last', async () => {
    const { source, calls, page } = slow(1000, { keep: 2 });
    for (const at of [0, 10, 20]) {
      source.view(at, at + 5);
      await calls.at(-1)!.answer(page(at / 10));
    }
    expect(source.item(0)).toBeUndefined();
    expect(source.item(10)).toBe(10);
    expect(source.item(20)).toBe(20);
  });

  it('remembers a failure until it is told to try again', async () => {
    const { source, calls, page } = slow(100);
    source.view(0, 10);
    await calls[0]!.fail(new Error('away'));
    source.view(0, 10);
    expect(calls).toHaveLength(1);
    expect(source.error).toMatchObject({ message: 'away' });
    source.retry();
    expect(calls).toHaveLength(2);
    await calls[1]!.answer(page(0));
    expect(source.error).toBeNull();
    expect(source.item(9)).toBe(9);
  });

  it('collects items of ranges, fetching what is not here', async () => {
    const loaded: number[] = [];
    const source = new PagedSource<number>({
      count: 35,
      size: 10,
      load: async ({ page }) => {
        loaded.push(page);
        return Array.from({ length: Math.min(10, 35 - page * 10) }, (_, at) => page * 10 + at);
      },
    });
    source.view(0, 10);
    await settled();
    const items = await source.itemsIn([
      { start: 8, end: 12 },
      { start: 29, end: 35 },
    ]);
    expect(items).toEqual([8, 9, 10, 11, 29, 30, 31, 32, 33, 34]);
    expect(loaded).toEqual([0, 1, 2, 3]);
  });

  it('starts anew after a reset and tells of each change', async () => {
    const { source, calls, page } = slow(100);
    let told = 0;
    source.onChange(() => told++);
    source.view(0, 10);
    await calls[0]!.answer(page(0));
    source.set(3, 300);
    expect(source.item(3)).toBe(300);
    source.reset(50);
    expect(source.count).toBe(50);
    expect(source.item(3)).toBeUndefined();
    expect(calls).toHaveLength(2);
    expect(told).toBe(3);
  });
});
