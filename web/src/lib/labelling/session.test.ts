import { IDBFactory } from 'fake-indexeddb';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '$lib/api/errors';
import { newKey } from '$lib/api/key';
import { OfflineQueue, type Write } from '$lib/widgets/offline/queue';
import { ofClasses, SKIP, type AnswerOutcome, type Handed, type NewAnswer } from './answers';
import { Outbox } from './outbox';
import { LabelSession } from './session';

const picture = (id: number): Handed => ({
  id,
  name: `${id}.jpg`,
  sha256: `${id}`.padStart(64, '0'),
  width: 4,
  height: 3,
});

/** A server with leases, votes that are never overwritten, and keys that count once. */
class Server {
  votes: NewAnswer[] = [];
  leased = new Set<number>();
  asked: { count: number; held: number[] }[] = [];
  released: number[] = [];
  down = false;
  refuses = (_answer: NewAnswer) => false;

  constructor(readonly size: number) {}

  /** What stands about each picture. */
  get standing(): Map<number, NewAnswer> {
    const piles = new Map<number, NewAnswer[]>();
    for (const vote of this.votes) {
      const pile = piles.get(vote.picture_id) ?? [];
      piles.set(vote.picture_id, pile);
      if (vote.verdict === 'withdrawn') pile.pop();
      else pile.push(vote);
    }
    return new Map(
      [...piles].flatMap(([id, pile]) => (pile.length > 0 ? [[id, pile.at(-1)!]] : [])),
    );
  }

  next = async (count: number, held: number[]) => {
    await Promise.resolve();
    if (this.down) throw new ApiError(0, 'unreachable', 'The server cannot be reached.');
    this.asked.push({ count, held });
    const again = [...this.leased].filter((id) => !held.includes(id));
    const said = this.standing;
    const all = Array.from({ length: this.size }, (_, at) => at + 1);
    const fresh = all.filter((id) => !this.leased.has(id) && !said.has(id));
    const items = [...again, ...fresh].slice(0, count);
    for (const id of items) this.leased.add(id);
    return { items: items.map(picture), until: null };
  };

  take = (answers: NewAnswer[]): AnswerOutcome[] =>
    answers.map((answer) => {
      const said = { key: answer.key, picture_id: answer.picture_id };
      if (this.votes.some(({ key }) => key === answer.key)) return { ...said, status: 'repeated' };
      if (this.refuses(answer)) return { ...said, status: 'refused', message: 'No.' };
      this.votes.push(answer);
      this.leased.delete(answer.picture_id);
      return { ...said, status: 'stored' };
    });

  release = (ids: number[]) => {
    this.released.push(...ids);
    for (const id of ids) this.leased.delete(id);
  };
}

class Timers {
  set: { ms: number; then: () => void }[] = [];
  setTimer = (ms: number, then: () => void) => {
    const timer = { ms, then };
    this.set.push(timer);
    return () => void (this.set = this.set.filter((other) => other !== timer));
  };
  ring(ms?: number): void {
    const timer = this.set.find((one) => ms === undefined || one.ms === ms);
    this.set = this.set.filter((other) => other !== timer);
    timer?.then();
  }
}

/** A session whose writes arrive at once, or when `arrive` is called. */
function sitting(
  size: number,
  { atOnce = true, now = () => 0 }: { atOnce?: boolean; now?: () => number } = {},
) {
  const server = new Server(size);
  const timers = new Timers();
  const writes: Write[] = [];
  const session: LabelSession = new LabelSession({
    next: server.next,
    release: server.release,
    put: (write) => {
      writes.push(write);
      if (atOnce) queueMicrotask(arrive);
    },
    url: '/api/questions/1/answers',
    newKey,
    leaseMs: 600_000,
    now,
    setTimer: timers.setTimer,
  });
  function arrive(): void {
    for (const { body } of writes.splice(0)) {
      session.told(server.take((body as { answers: NewAnswer[] }).answers));
    }
    session.arrived();
  }
  return { server, session, timers, writes, arrive };
}

const ids = (session: LabelSession) => session.state.pictures.map(({ id }) => id);
const rust = ofClasses([7]);
const mite = ofClasses([8]);

describe('LabelSession', () => {
  it('has pictures ahead and fetches more before they run out', async () => {
    const { server, session } = sitting(100);
    session.start();
    await session.settled();
    expect(ids(session)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    for (let turn = 0; turn < 20; turn++) {
      session.give([ids(session)[0]!], rust, 'Rust', 900);
      await session.settled();
      expect(session.state.pictures.length).toBeGreaterThanOrEqual(8);
    }
    expect(server.asked.length).toBeLessThan(8);
    expect(server.votes.map(({ picture_id }) => picture_id)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
  });

  it('is done where there is nothing', async () => {
    const { session } = sitting(0);
    session.start();
    await session.settled();
    expect(session.state).toMatchObject({
      pictures: [],
      exhausted: true,
      error: null,
      answered: 0,
    });
    expect(session.give([1], rust, 'Rust', 0)).toBeNull();
    expect(session.undo()).toBeNull();
  });

  it('answers all there is, each once', async () => {
    const { server, session } = sitting(30);
    session.start();
    await session.settled();
    while (ids(session).length > 0) {
      session.give([ids(session)[0]!], rust, 'Rust', 10);
      await session.settled();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(server.votes).toHaveLength(30);
    expect(new Set(server.votes.map(({ picture_id }) => picture_id)).size).toBe(30);
    expect(session.state).toMatchObject({ answered: 30, exhausted: true });
  });

  it('goes back across pictures, and each comes back to where it was', async () => {
    const { server, session } = sitting(20);
    session.start();
    await session.settled();
    session.give([1], rust, 'Rust', 100);
    session.give([2], mite, 'Mite', 100);
    session.give([3], SKIP, 'Skipped', 100);
    expect(session.state).toMatchObject({ answered: 2, skipped: 1 });
    expect(session.undo()?.title).toBe('Skipped for 3.jpg');
    expect(session.undo()?.title).toBe('Mite for 2.jpg');
    expect(ids(session).slice(0, 3)).toEqual([2, 3, 4]);
    expect(session.before(2)).toEqual(mite);
    expect(session.state).toMatchObject({ answered: 1, skipped: 0 });
    session.give([2], rust, 'Rust', 100);
    await session.settled();
    expect(server.votes.map(({ picture_id, verdict }) => [picture_id, verdict])).toEqual([
      [1, 'answer'],
      [2, 'answer'],
      [3, 'skip'],
      [3, 'withdrawn'],
      [2, 'withdrawn'],
      [2, 'answer'],
    ]);
    expect([...server.standing.values()].map(({ choice_ids }) => choice_ids)).toEqual([[7], [7]]);
    expect(new Set(server.votes.map(({ key }) => key)).size).toBe(6);
  });

  it('names what it takes back, so that an answer which never left is not sent at all', async () => {
    const { session, writes } = sitting(3, { atOnce: false });
    session.start();
    await session.settled();
    session.give([1], rust, 'Rust', 900);
    session.give([2], rust, 'Rust', 900);
    session.undo();
    const [first, second, undo] = writes;
    expect(undo?.undoes).toBe(second?.id);
    expect(second?.id).toBeDefined();
    expect(first?.id).not.toBe(second?.id);
  });

  it('does not offer to undo what was refused in another window', async () => {
    const { session, writes } = sitting(3, { atOnce: false });
    session.start();
    await session.settled();
    session.give([1], rust, 'Rust', 900);
    const [sent] = (writes[0]?.body as { answers: NewAnswer[] }).answers;
    session.refused([{ key: sent!.key, picture_id: 1 }]);
    expect(session.state).toMatchObject({ answered: 0, last: null });
    expect(session.undo()).toBeNull();
  });

  it('gives nothing back where another window goes on with its pictures', async () => {
    const { server, session } = sitting(3);
    session.start();
    await session.settled();
    session.stop({ keep: true });
    expect(session.state.pictures).toEqual([]);
    expect(server.released).toEqual([]);
    session.start();
    await session.settled();
    session.stop();
    expect(server.released).toEqual([1, 2, 3]);
  });

  it('answers many as one step, shares the time, and puts them back among the others', async () => {
    const { session, writes } = sitting(40, { atOnce: false });
    session.want(10, 20);
    session.start();
    await session.settled();
    session.give([3, 5, 6], rust, 'Rust', 3000);
    const [{ body, title }] = writes as [Write];
    expect(title).toBe('Rust for 3 pictures');
    expect((body as { answers: NewAnswer[] }).answers).toMatchObject([
      { picture_id: 3, milliseconds: 1000 },
      { picture_id: 5, milliseconds: 1000 },
      { picture_id: 6, milliseconds: 1000 },
    ]);
    expect(ids(session).slice(0, 4)).toEqual([1, 2, 4, 7]);
    session.undo();
    expect(ids(session).slice(0, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(writes).toHaveLength(2);
  });

  it('does not show again what it has answered but the server does not have yet', async () => {
    const { server, session, arrive } = sitting(14, { atOnce: false });
    session.start();
    await session.settled();
    for (let turn = 0; turn < 14; turn++) {
      session.give([ids(session)[0]!], rust, 'Rust', 1);
      await session.settled();
    }
    expect(ids(session)).toEqual([]);
    expect(server.votes).toEqual([]);
    arrive();
    await session.settled();
    expect(ids(session)).toEqual([]);
    expect(server.votes).toHaveLength(14);
  });

  it('shows a refused picture again, and does not count it or take it back', async () => {
    const { server, session } = sitting(3);
    server.refuses = ({ choice_ids }) => choice_ids?.[0] === 7;
    session.start();
    await session.settled();
    session.give([1], mite, 'Mite', 1);
    session.give([2], rust, 'Rust', 1);
    await new Promise((resolve) => setTimeout(resolve));
    await session.settled();
    expect(ids(session)).toContain(2);
    expect(session.state.answered).toBe(1);
    expect(session.state.last?.title).toBe('Mite for 1.jpg');
  });

  it('lets an answer stand that came after a refused one about the same picture', async () => {
    const { server, session, arrive } = sitting(3, { atOnce: false });
    server.refuses = ({ choice_ids }) => choice_ids?.[0] === 7;
    session.start();
    await session.settled();
    session.give([1], rust, 'Rust', 1);
    session.undo();
    session.give([1], mite, 'Mite', 1);
    arrive();
    await session.settled();
    expect(session.state.answered).toBe(1);
    expect(ids(session)).not.toContain(1);
    expect(server.standing.get(1)?.choice_ids).toEqual([8]);
  });

  it('tries again by itself while the server is away, and says why', async () => {
    const { server, session, timers } = sitting(5);
    server.down = true;
    session.start();
    await session.settled();
    expect(session.state.error).toBe('The server cannot be reached.');
    server.down = false;
    timers.ring(2000);
    await session.settled();
    expect(session.state.error).toBeNull();
    expect(ids(session)).toHaveLength(5);
  });

  it('keeps pictures for somebody who is there, and not for somebody who has gone', async () => {
    let time = 0;
    const { server, session, timers } = sitting(50, { now: () => time });
    session.start();
    await session.settled();
    time = 200_000;
    timers.ring(200_000);
    await session.settled();
    expect(server.asked.at(-1)?.held.slice(0, 3)).toEqual([1, 2, 3]);
    const asked = server.asked.length;
    time = 1_000_000;
    timers.ring(200_000);
    await session.settled();
    expect(server.asked).toHaveLength(asked);
  });

  it('gives back what it did not answer, also what comes after the end', async () => {
    const { server, session } = sitting(20);
    session.start();
    await session.settled();
    session.give([1], rust, 'Rust', 1);
    session.stop();
    expect(server.released).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const late = sitting(5);
    late.session.start();
    late.session.stop();
    await late.session.settled();
    expect(late.server.leased.size).toBe(0);
    expect(ids(late.session)).toEqual([]);
  });

  it('puts pictures first that were asked for', async () => {
    const { session } = sitting(20);
    session.open([picture(99)]);
    session.start();
    await session.settled();
    expect(ids(session)[0]).toBe(99);
    session.give([99], rust, 'Rust', 1);
    session.open([picture(99), picture(2)]);
    expect(ids(session).slice(0, 3)).toEqual([99, 2, 1]);
    expect(ids(session).filter((id) => id === 2)).toHaveLength(1);
  });
});

const open: OfflineQueue[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.stop()));
});

describe('a sitting over a bad network', () => {
  it.each([3, 11, 42])('loses no answer and stores none twice (%i)', async (start) => {
    let seed = start;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    const server = new Server(60);
    const timers = new Timers();
    const queue = new OfflineQueue({
      owner: 'ada',
      newKey,
      factory: new IDBFactory(),
      setTimer: timers.setTimer,
      deliver: async (write) => {
        if (random(3) === 0) throw new ApiError(0, 'unreachable', 'Not there.');
        const { answers } = write.body as { answers: NewAnswer[] };
        const outcomes = server.take(answers);
        // The answer got there, and what the server said was lost on the way back.
        if (random(3) === 0) throw new ApiError(0, 'unreachable', 'Lost.');
        session.told(outcomes);
      },
    });
    open.push(queue);
    let broken = 2;
    const outbox = new Outbox({
      keep: (write) => {
        if (random(5) === 0 && broken-- > 0) return Promise.reject(new Error('Full.'));
        return queue.add(write);
      },
      setTimer: timers.setTimer,
    });
    const session = new LabelSession({
      next: (count, held) => {
        if (random(4) === 0) return Promise.reject(new ApiError(0, 'unreachable', 'Not there.'));
        return server.next(count, held);
      },
      release: server.release,
      put: (write) => outbox.put(write),
      url: '/api/questions/1/answers',
      newKey,
      leaseMs: 1e9,
      setTimer: timers.setTimer,
    });
    const meant = new Map<number, number>();
    const steps: number[][] = [];
    session.want(5, 20);
    session.start();
    await queue.start();
    for (let turn = 0; turn < 150; turn++) {
      const at = ids(session);
      if (random(6) === 0) {
        session.undo();
        for (const id of steps.pop() ?? []) meant.delete(id);
      } else if (at.length > 0) {
        const some = at.slice(0, 1 + random(3));
        session.give(some, ofClasses([turn]), 'Class', 1);
        steps.push(some);
        for (const id of some) meant.set(id, turn);
      }
      if (random(2) === 0) await new Promise((resolve) => setTimeout(resolve));
      if (random(3) === 0) timers.ring();
    }
    for (let turn = 0; turn < 500; turn++) {
      if (outbox.state.unkept === 0 && queue.state.waiting === 0) break;
      outbox.retry();
      queue.wake();
      await outbox.settled();
      await queue.settled();
    }
    expect(outbox.state.unkept + queue.state.waiting).toBe(0);
    expect(queue.state.refused).toEqual([]);
    const said = [...server.standing].map(([id, { choice_ids }]) => [id, choice_ids?.[0]]);
    expect(new Map(said as [number, number][])).toEqual(meant);
    expect(meant.size).toBeGreaterThan(10);
    expect(new Set(server.votes.map(({ key }) => key)).size).toBe(server.votes.length);
    expect(session.state.answered).toBe(meant.size);
  });
});
