import { describe, expect, it } from 'vitest';
import { GridPages, type PictureLoader } from './grid-pages';

const SIZE = 10;

/** A server that has the numbers from 0 up to `total`. */
function serverOf(total: number) {
  const asked: (string | null)[] = [];
  let tellMarks: () => void = () => undefined;
  let failMarks: (error: Error) => void = () => undefined;
  const loader: PictureLoader<number> = {
    page: async (after, limit) => {
      asked.push(after);
      const start = after === null ? 0 : Number(after) + 1;
      const items = Array.from({ length: Math.min(limit, total - start) }, (_, at) => start + at);
      const last = items.at(-1);
      const more = last !== undefined && last + 1 < total;
      return { items, next: more ? String(last) : null };
    },
    marks: (every) =>
      new Promise((resolve, reject) => {
        failMarks = reject;
        tellMarks = () => {
          const cursors: string[] = [];
          for (let at = every; at <= total; at += every) cursors.push(String(at - 1));
          resolve({ total, cursors });
        };
      }),
  };
  return { loader, asked, tellMarks: () => tellMarks(), failMarks: (e: Error) => failMarks(e) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('GridPages', () => {
  it('shows the first page before it knows how many there are', async () => {
    const { loader, tellMarks } = serverOf(95);
    const pages = new GridPages(loader, SIZE);
    expect(pages.source.count).toBe(SIZE);
    pages.source.view(0, SIZE);
    await settled();
    expect(pages.source.item(3)).toBe(3);
    expect(pages.total).toBe(null);
    tellMarks();
    await settled();
    expect(pages.total).toBe(95);
    expect(pages.source.count).toBe(95);
    expect(pages.source.item(3)).toBe(3);
  });

  it('reaches any page with one request', async () => {
    const { loader, asked, tellMarks } = serverOf(95);
    const pages = new GridPages(loader, SIZE);
    tellMarks();
    await settled();
    pages.source.view(70, 80);
    await settled();
    expect(asked).toEqual(['69']);
    expect(pages.source.item(74)).toBe(74);
  });

  it('waits with a far page until the marks are there', async () => {
    const { loader, asked, tellMarks } = serverOf(95);
    const pages = new GridPages(loader, SIZE);
    const far = pages.source.itemsIn([{ start: 90, end: 95 }]);
    await settled();
    expect(asked).toEqual([]);
    tellMarks();
    expect(await far).toEqual([90, 91, 92, 93, 94]);
  });

  it.each([0, 7])('knows from the first page that %d are all', async (total) => {
    const { loader } = serverOf(total);
    const pages = new GridPages(loader, SIZE);
    pages.source.view(0, SIZE);
    await settled();
    expect(pages.total).toBe(total);
    expect(pages.source.count).toBe(total);
  });

  it('says when it cannot be counted, and asks again', async () => {
    const { loader, tellMarks, failMarks } = serverOf(95);
    const pages = new GridPages(loader, SIZE);
    let told = 0;
    pages.onChange(() => told++);
    failMarks(new Error('no'));
    await settled();
    expect(pages.error).toEqual(new Error('no'));
    expect(told).toBe(1);
    pages.retry();
    tellMarks();
    await settled();
    expect(pages.error).toBe(null);
    expect(pages.total).toBe(95);
  });

  it('finds an item near where it was', async () => {
    const { loader, tellMarks } = serverOf(95);
    const pages = new GridPages(loader, SIZE);
    tellMarks();
    expect(await pages.indexOf((item) => item === 43, 43)).toBe(43);
    expect(await pages.indexOf((item) => item === 39, 43)).toBe(39);
    expect(await pages.indexOf((item) => item === 50, 43)).toBe(50);
    expect(await pages.indexOf((item) => item === 5, 43)).toBe(null);
    expect(await pages.indexOf((item) => item === 94, 4000)).toBe(94);
  });
});
