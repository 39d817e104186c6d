import { describe, expect, it } from 'vitest';
import type { Write } from '$lib/widgets/offline/queue';
import type { NewAnswer } from './answers';
import { SKIP, ofClasses } from './answers';
import { PageSession, type Order, type PageFacts, type PagePicture } from './page-session';

const RUST = 7;

const picture = (id: number, same: number[] = []): PagePicture => ({
  id,
  name: `${id}.jpg`,
  sha256: `${id}`.padStart(64, '0'),
  width: 4,
  height: 3,
  suggestion: { choice_id: RUST, certainty: 0.9 },
  same: same.map((other) => ({ ...picture(other), id: other })),
});

const facts = (more: Partial<PageFacts> = {}): PageFacts => ({
  by: 'class',
  choice_id: RUST,
  cluster: null,
  blind: false,
  expected: 0.9,
  reason: null,
  ...more,
});

/** Hands out what it is told to, and keeps what comes in. */
class Desk {
  writes: Write[] = [];
  released: number[] = [];
  asked: Order[] = [];
  pages: { items: PagePicture[]; page: PageFacts }[] = [];
  down = false;
  keys = 0;
  wait: Promise<void> = Promise.resolve();

  session = new PageSession({
    next: async (order) => {
      this.asked.push(order);
      await this.wait;
      if (this.down) throw new Error('The server cannot be reached.');
      return this.pages.shift() ?? { items: [], page: facts() };
    },
    release: (ids) => this.released.push(...ids),
    put: (write) => this.writes.push(write),
    delivered: () => Promise.resolve(),
    answersUrl: '/answers',
    rejectionsUrl: '/rejections',
    newKey: () => `key-${this.keys++}`,
    lookedAt: () => 900,
  });

  constructor(...pages: number[][]) {
    this.pages = pages.map((ids) => ({ items: ids.map((id) => picture(id)), page: facts() }));
  }

  async begin(order: Order = { by: 'class' }): Promise<void> {
    this.session.start(order, 20);
    await this.session.settled();
  }

  answers(at = -1): NewAnswer[] {
    const write = this.writes.filter(({ url }) => url === '/answers').at(at);
    return (write?.body as { answers: NewAnswer[] }).answers;
  }

  get ids(): number[] {
    return this.session.state.pictures.map(({ id }) => id);
  }
}

describe('a page of pictures that look alike', () => {
  it('is answered with one step, but for those that were taken out', async () => {
    const desk = new Desk([1, 2, 3], [4, 5]);
    await desk.begin();
    desk.session.toggle(2);
    desk.session.confirm(RUST, 'rust');
    expect(desk.answers().map(({ picture_id, choice_ids }) => [picture_id, choice_ids])).toEqual([
      [1, [RUST]],
      [3, [RUST]],
    ]);
    expect(desk.writes[1]).toMatchObject({
      url: '/rejections',
      body: { picture_ids: [2], choice_id: RUST },
    });
    await desk.session.settled();
    expect(desk.ids).toEqual([4, 5]);
    expect(desk.session.state.answered).toBe(2);
  });

  it('says of each answer what was in sight, and how long it was looked at', async () => {
    const desk = new Desk([1, 2, 3]);
    await desk.begin();
    desk.session.confirm(RUST, 'rust');
    for (const answer of desk.answers()) {
      expect(answer).toMatchObject({
        aided: true,
        suggestion: { choice_id: RUST, certainty: 0.9 },
        milliseconds: 300,
      });
    }
    expect(new Set(desk.answers().map(({ key }) => key)).size).toBe(3);
  });

  it('gives near duplicates the same answer, and back what was taken out', async () => {
    const desk = new Desk();
    desk.pages = [{ items: [picture(1, [11, 12]), picture(2, [21])], page: facts() }];
    await desk.begin();
    desk.session.toggle(2);
    desk.session.confirm(RUST, 'rust');
    expect(desk.answers().map(({ picture_id }) => picture_id)).toEqual([1, 11, 12]);
    expect(desk.released).toEqual([21]);
    expect(desk.session.state.answered).toBe(3);
  });

  it('that is taken out as a whole stores no answer', async () => {
    const desk = new Desk([1, 2]);
    await desk.begin();
    desk.session.toggle(1);
    desk.session.toggle(2);
    expect(desk.session.confirm(RUST, 'rust')).toBeNull();
    expect(desk.writes.map(({ url }) => url)).toEqual(['/rejections']);
  });

  it('comes back when it is undone, with what was taken out, and the next one is given back', async () => {
    const desk = new Desk([1, 2], [3, 4]);
    await desk.begin();
    desk.session.toggle(2);
    desk.session.confirm(RUST, 'rust');
    await desk.session.settled();
    const step = desk.session.undo();
    expect(desk.ids).toEqual([1, 2]);
    expect(desk.session.state.out.has(2)).toBe(true);
    expect(desk.session.state.answered).toBe(0);
    expect(desk.released).toEqual([3, 4]);
    expect(desk.writes.at(-1)).toMatchObject({ undoes: step?.id });
    expect(desk.answers()[0]).toMatchObject({ picture_id: 1, verdict: 'withdrawn' });
  });

  it('that comes after an undo is given back', async () => {
    const desk = new Desk([1], [3]);
    await desk.begin();
    let come = () => {};
    desk.wait = new Promise((resolve) => (come = resolve));
    desk.session.confirm(RUST, 'rust');
    await new Promise((resolve) => setTimeout(resolve, 0));
    desk.session.undo();
    come();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(desk.ids).toEqual([1]);
    expect(desk.released).toEqual([3]);
    expect(desk.session.state.fetching).toBe(false);
  });
});

describe('a picture with a class of its own', () => {
  const MINER = 8;

  it('is answered with its page, in one step', async () => {
    const desk = new Desk([1, 2, 3], [4]);
    await desk.begin();
    desk.session.mark(2, MINER, 'miner');
    expect(desk.writes).toEqual([]);
    const step = desk.session.confirm(RUST, 'rust');
    expect(desk.answers().map(({ picture_id, choice_ids }) => [picture_id, choice_ids])).toEqual([
      [1, [RUST]],
      [2, [MINER]],
      [3, [RUST]],
    ]);
    expect(desk.writes).toHaveLength(1);
    expect(step?.title).toBe('rust for 2 pictures');
  });

  it('that was taken out is in again, and is out of it when its class is taken back', async () => {
    const desk = new Desk([1, 2]);
    await desk.begin();
    desk.session.toggle(1);
    desk.session.mark(1, MINER, 'miner');
    expect(desk.session.state.out.size).toBe(0);
    desk.session.mark(1, MINER, 'miner');
    expect(desk.session.state.marked.size).toBe(0);
    desk.session.mark(1, MINER, 'miner');
    desk.session.toggle(1);
    expect([...desk.session.state.marked, ...desk.session.state.out]).toEqual([]);
    desk.session.mark(9, MINER, 'miner');
    expect(desk.session.state.marked.size).toBe(0);
  });

  it.each(['turned', 'left'])('is said when its page is %s', async (how) => {
    const desk = new Desk([1, 2], [3]);
    await desk.begin();
    desk.session.mark(2, MINER, 'miner');
    if (how === 'turned') desk.session.turn();
    else desk.session.stop();
    expect(desk.answers().map(({ picture_id, choice_ids }) => [picture_id, choice_ids])).toEqual([
      [2, [MINER]],
    ]);
    expect(desk.released).toEqual([1]);
  });

  it('comes back with its page when that is undone', async () => {
    const desk = new Desk([1, 2], [3]);
    await desk.begin();
    desk.session.mark(2, MINER, 'miner');
    desk.session.confirm(RUST, 'rust');
    desk.session.undo();
    expect(desk.ids).toEqual([1, 2]);
    expect(desk.session.state.marked.get(2)?.title).toBe('miner');
    expect(desk.answers().map(({ picture_id, verdict }) => [picture_id, verdict])).toEqual([
      [1, 'withdrawn'],
      [2, 'withdrawn'],
    ]);
  });

  it('alone on its page gives the step its name', async () => {
    const desk = new Desk([1]);
    await desk.begin();
    desk.session.mark(1, MINER, 'miner');
    expect(desk.session.confirm(RUST, 'rust')?.title).toBe('miner for 1.jpg');
  });
});

describe('pictures one by one', () => {
  it('of a blind page carry no suggestion', async () => {
    const desk = new Desk();
    desk.pages = [{ items: [picture(1), picture(2)], page: facts({ by: 'queue', blind: true }) }];
    await desk.begin();
    desk.session.give([1], ofClasses([3]), 'miner');
    expect(desk.ids).toEqual([2]);
    expect(desk.answers()[0]).toMatchObject({ aided: false, suggestion: null, choice_ids: [3] });
  });

  it('leave the page; the last one brings the next page', async () => {
    const desk = new Desk([1, 2], [3]);
    await desk.begin();
    desk.session.give([2], SKIP, 'Skip');
    desk.session.give([1], ofClasses([3]), 'miner');
    await desk.session.settled();
    expect(desk.ids).toEqual([3]);
  });
});

describe('what does not come', () => {
  it('is told in the server’s words, and can be asked for again', async () => {
    const desk = new Desk([1]);
    desk.down = true;
    await desk.begin();
    expect(desk.session.state.error).toBe('The server cannot be reached.');
    desk.down = false;
    desk.session.turn();
    await desk.session.settled();
    expect(desk.session.state).toMatchObject({ error: null });
    expect(desk.ids).toEqual([1]);
  });

  it('ends when nothing is left, and gives back what is at hand when the page is closed', async () => {
    const desk = new Desk([1, 2]);
    await desk.begin();
    desk.session.give([1], ofClasses([3]), 'miner');
    desk.session.stop();
    expect(desk.released).toEqual([2]);
    const empty = new Desk();
    await empty.begin();
    expect(empty.session.state.exhausted).toBe(true);
  });

  it('a refused answer does not count and cannot be undone', async () => {
    const desk = new Desk([1], []);
    await desk.begin();
    desk.session.confirm(RUST, 'rust');
    const [answer] = desk.answers();
    desk.session.told([{ key: answer?.key ?? '', picture_id: 1, status: 'refused' }]);
    expect(desk.session.state.answered).toBe(0);
    expect(desk.session.undo()).toBeNull();
  });

  it('asks in the order that was chosen', async () => {
    const desk = new Desk([1], [2]);
    await desk.begin({ by: 'cluster' });
    desk.session.want({ by: 'similar', picture_id: 9 });
    await desk.session.settled();
    expect(desk.asked).toEqual([{ by: 'cluster' }, { by: 'similar', picture_id: 9 }]);
    expect(desk.released).toEqual([1]);
  });
});
