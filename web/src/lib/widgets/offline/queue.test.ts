import { IDBFactory } from 'fake-indexeddb';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '$lib/api/errors';
import { newKey } from '$lib/api/key';
import { OfflineQueue, type Waiting } from './queue';
import { WriteStore } from './store';

const unreachable = () => new ApiError(0, 'unreachable', 'The server cannot be reached.');
const refused = () => new ApiError(422, 'unknown_class', 'There is no class oak.');

/** A server that remembers what it was sent, and fails as it is told. */
class Server {
  got: unknown[] = [];
  keys: string[] = [];
  tries = 0;
  failing: ((write: Waiting) => Error | null) | null = null;
  deliver = async (write: Waiting) => {
    this.tries++;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    const error = this.failing?.(write) ?? null;
    if (error !== null) throw error;
    this.got.push(write.body);
    this.keys.push(write.key);
    return { taken: write.body };
  };
}

/** Timers that go off when the test says so. */
class Timers {
  set: { ms: number; then: () => void }[] = [];
  setTimer = (ms: number, then: () => void) => {
    const timer = { ms, then };
    this.set.push(timer);
    return () => {
      this.set = this.set.filter((other) => other !== timer);
    };
  };
  /** The pauses before the next try; the patience of a try under way is not one. */
  ring(): number {
    const timer = this.set.shift();
    timer?.then();
    return timer?.ms ?? -1;
  }
}

const open: OfflineQueue[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.stop()));
});

function queueOn(
  server: Server,
  factory = new IDBFactory(),
  more: { owner?: string; now?: () => number } = {},
) {
  const timers = new Timers();
  const queue = new OfflineQueue({
    owner: 'ada',
    deliver: server.deliver,
    newKey,
    factory,
    setTimer: timers.setTimer,
    ...more,
  });
  open.push(queue);
  return { queue, timers, factory };
}

const vote = (body: unknown) => ({ method: 'POST' as const, url: '/api/votes', body });

describe('OfflineQueue', () => {
  it('rests without writes', async () => {
    const { queue } = queueOn(new Server());
    await queue.start();
    await queue.settled();
    expect(queue.state).toEqual({ waiting: 0, refused: [], doing: 'resting', reason: null });
  });

  it('sends each write once and in order', async () => {
    const server = new Server();
    const { queue } = queueOn(server);
    await queue.start();
    const numbers = Array.from({ length: 40 }, (_, at) => at);
    await Promise.all(numbers.map((number) => queue.add(vote(number))));
    await queue.settled();
    expect(server.got).toEqual(numbers);
    expect(new Set(server.keys).size).toBe(40);
    expect(queue.state).toMatchObject({ waiting: 0, doing: 'resting' });
  });

  it('keeps the order when the network fails at random, and the key at each try', async () => {
    const server = new Server();
    const tried: string[] = [];
    let seed = 5;
    server.failing = (write) => {
      tried.push(write.key);
      seed = (seed * 48271) % 2147483647;
      return seed % 3 === 0 ? unreachable() : null;
    };
    const { queue, timers } = queueOn(server);
    await queue.start();
    const numbers = Array.from({ length: 60 }, (_, at) => at);
    for (const number of numbers) await queue.add(vote(number));
    for (let turn = 0; queue.state.waiting > 0 && turn < 1000; turn++) {
      await queue.settled();
      timers.ring();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(server.got).toEqual(numbers);
    expect(tried.length).toBeGreaterThan(60);
    expect(new Set(tried).size).toBe(60);
  });

  it('waits longer after each failure, and begins anew after a success', async () => {
    const server = new Server();
    server.failing = unreachable;
    const { queue, timers } = queueOn(server);
    await queue.start();
    await queue.add(vote(1));
    const pauses: number[] = [];
    for (let turn = 0; turn < 9; turn++) {
      await queue.settled();
      expect(queue.state).toMatchObject({ waiting: 1, doing: 'paused' });
      pauses.push(timers.ring());
    }
    pauses.forEach((pause, turn) => {
      const middle = Math.min(1000 * 2 ** turn, 60_000);
      expect(pause).toBeGreaterThanOrEqual(middle * 0.75);
      expect(pause).toBeLessThanOrEqual(middle * 1.25);
    });
    await queue.settled();
    const tries = server.tries;
    await queue.add(vote(2));
    await queue.settled();
    expect(server.tries).toBe(tries);
    server.failing = null;
    queue.wake();
    await queue.settled();
    expect(server.got).toEqual([1, 2]);
  });

  it('survives a reload', async () => {
    const server = new Server();
    server.failing = unreachable;
    const { queue, factory } = queueOn(server);
    await queue.start();
    await queue.add(vote('a'));
    const key = await queue.add(vote('b'));
    await queue.settled();
    await queue.stop();
    server.failing = null;
    const second = queueOn(server, factory).queue;
    const seen: number[] = [];
    second.subscribe(({ waiting }) => seen.push(waiting));
    await second.start();
    await second.settled();
    expect(server.got).toEqual(['a', 'b']);
    expect(server.keys[1]).toBe(key);
    expect(Math.max(...seen)).toBe(2);
    expect(seen.at(-1)).toBe(0);
  });

  it('takes writes before it is started', async () => {
    const server = new Server();
    const { queue } = queueOn(server);
    await queue.add(vote('early'));
    expect(server.tries).toBe(0);
    await queue.start();
    await queue.settled();
    expect(server.got).toEqual(['early']);
  });

  it('puts aside what the server refuses for good, and goes on', async () => {
    const server = new Server();
    server.failing = (write) => (write.body === 'bad' ? refused() : null);
    const { queue } = queueOn(server);
    await queue.start();
    for (const body of ['a', 'bad', 'b']) await queue.add({ ...vote(body), title: `vote ${body}` });
    await queue.settled();
    expect(server.got).toEqual(['a', 'b']);
    expect(queue.state.waiting).toBe(0);
    expect(queue.state.refused).toMatchObject([
      { body: 'bad', title: 'vote bad', status: 422, code: 'unknown_class' },
    ]);
  });

  it('sends a refused write again, or gives it up', async () => {
    const server = new Server();
    server.failing = refused;
    const { queue } = queueOn(server);
    await queue.start();
    const key = await queue.add(vote('a'));
    await queue.add(vote('b'));
    await queue.settled();
    server.failing = null;
    const [a, b] = queue.state.refused;
    await queue.retry(a!.number);
    await queue.settled();
    await queue.discard(b!.number);
    expect(server.got).toEqual(['a']);
    expect(server.keys).toEqual([key]);
    expect(queue.state.refused).toEqual([]);
    await queue.retry(b!.number);
    await queue.settled();
    expect(server.got).toEqual(['a']);
  });

  it('waits for a sign-in and then goes on', async () => {
    const server = new Server();
    server.failing = () => new ApiError(401, 'signed_out', 'Sign in.');
    const { queue, timers } = queueOn(server);
    await queue.start();
    await queue.add(vote('a'));
    await queue.settled();
    expect(queue.state).toMatchObject({ waiting: 1, doing: 'signed-out', refused: [] });
    expect(timers.set).toEqual([]);
    server.failing = null;
    queue.wake();
    await queue.settled();
    expect(server.got).toEqual(['a']);
  });

  it('never sends the writes of one person for another', async () => {
    const server = new Server();
    const factory = new IDBFactory();
    const ada = queueOn(server, factory).queue;
    await ada.add(vote('of ada'));
    const bob = queueOn(server, factory, { owner: 'bob' }).queue;
    await bob.start();
    await bob.settled();
    expect(server.got).toEqual([]);
    expect(bob.state.waiting).toBe(0);
  });

  it('neither sends nor takes back what was undone before it was ever tried', async () => {
    const server = new Server();
    server.failing = unreachable;
    const { queue, factory } = queueOn(server);
    await queue.start();
    await queue.add({ ...vote('tried'), id: 'a' });
    await queue.settled();
    await queue.add({ ...vote('waits'), id: 'b' });
    await queue.add(vote('last'));
    await queue.add({ ...vote('undo b'), undoes: 'b' });
    expect(queue.state.waiting).toBe(2);
    // The server may have the first one, whatever the network said, and also after a reload.
    await queue.stop();
    const second = queueOn(server, factory).queue;
    await second.add({ ...vote('undo a'), undoes: 'a' });
    server.failing = null;
    await second.start();
    await second.settled();
    expect(server.got).toEqual(['tried', 'last', 'undo a']);
  });

  it('drops what would take back a write that was refused', async () => {
    const server = new Server();
    server.failing = unreachable;
    const { queue } = queueOn(server);
    await queue.start();
    await queue.add({ ...vote('bad'), id: 'a' });
    await queue.settled();
    await queue.add({ ...vote('undo bad'), undoes: 'a' });
    await queue.add(vote('good'));
    server.failing = ({ body }) => (body === 'bad' ? refused() : null);
    queue.wake();
    await queue.settled();
    expect(server.got).toEqual(['good']);
    // What somebody has taken back is nothing to be sent again.
    expect(queue.state).toMatchObject({ waiting: 0, refused: [] });
  });

  it('drops it as well where the write was refused before', async () => {
    const server = new Server();
    server.failing = refused;
    const { queue } = queueOn(server);
    await queue.start();
    await queue.add({ ...vote('bad'), id: 'a' });
    await queue.settled();
    expect(queue.state.refused).toHaveLength(1);
    server.failing = null;
    await queue.add({ ...vote('undo bad'), undoes: 'a' });
    await queue.settled();
    expect(server.got).toEqual([]);
    expect(queue.state).toMatchObject({ waiting: 0, refused: [] });
  });

  it('takes back what has arrived', async () => {
    const server = new Server();
    const { queue } = queueOn(server);
    await queue.start();
    await queue.add({ ...vote('a'), id: 'a' });
    await queue.settled();
    await queue.add({ ...vote('undo a'), undoes: 'a' });
    await queue.settled();
    expect(server.got).toEqual(['a', 'undo a']);
  });

  it('can be started anew after the browser has refused to keep anything', async () => {
    const server = new Server();
    const factory = new IDBFactory();
    const open = factory.open.bind(factory);
    let broken = true;
    factory.open = (...given) => {
      if (broken) throw new Error('No storage here.');
      return open(...given);
    };
    const { queue } = queueOn(server, factory);
    await expect(queue.start()).rejects.toThrow('No storage here.');
    broken = false;
    await queue.start();
    await queue.add(vote('a'));
    await queue.settled();
    expect(server.got).toEqual(['a']);
  });

  it('sends in one of two windows only, each write once', async () => {
    const server = new Server();
    const factory = new IDBFactory();
    const [one, two] = [queueOn(server, factory), queueOn(server, factory)];
    await Promise.all([one.queue.start(), two.queue.start()]);
    const numbers = Array.from({ length: 20 }, (_, at) => at);
    for (const number of numbers) await (number % 2 ? one : two).queue.add(vote(number));
    for (let turn = 0; turn < 200 && server.got.length < 20; turn++) {
      await Promise.all([one.queue.settled(), two.queue.settled()]);
      one.timers.ring();
      two.timers.ring();
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(server.got).toEqual(numbers);
    expect(server.tries).toBe(20);
  });

  it('takes over from a window that was closed in the middle', async () => {
    const server = new Server();
    const factory = new IDBFactory();
    let time = 1000;
    const now = () => time;
    const hanging = new OfflineQueue({
      owner: 'ada',
      deliver: () => new Promise(() => undefined),
      newKey,
      factory,
      now,
      setTimer: () => () => undefined,
    });
    await hanging.start();
    await hanging.add(vote('left'));
    const { queue, timers } = queueOn(server, factory, { now });
    await queue.start();
    await queue.settled();
    expect(queue.state).toMatchObject({ waiting: 1, doing: 'elsewhere' });
    time += 60_000;
    timers.ring();
    await queue.settled();
    expect(server.got).toEqual(['left']);
  });

  it('sends on at once where the page before was closed in the middle of a try', async () => {
    const server = new Server();
    const factory = new IDBFactory();
    const hanging = new WriteStore('fieldguide-writes-ada', factory);
    await hanging.letGo('before');
    await hanging.add({ ...vote('left'), key: 'key-left', at: 0 }, () => null);
    expect(await hanging.lease('before', Date.now(), Date.now() + 45_000)).toBe(true);
    const { queue } = queueOn(server, factory);
    await queue.start();
    await queue.settled();
    expect(queue.state.doing).toBe('elsewhere');
    await hanging.letGo('before');
    queue.wake();
    await queue.settled();
    expect(server.got).toEqual(['left']);
    // What it no longer has it does not give away again.
    await hanging.letGo('before');
    expect(await hanging.lease('other', Date.now(), Date.now() + 1)).toBe(true);
    await hanging.close();
  });

  it('gives up a try that takes too long, and tries again', async () => {
    const timers = new Timers();
    let tries = 0;
    const queue = new OfflineQueue({
      owner: 'ada',
      newKey,
      factory: new IDBFactory(),
      setTimer: timers.setTimer,
      deliver: (_, signal) =>
        new Promise((resolve, reject) => {
          if (++tries > 1) resolve(null);
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    open.push(queue);
    await queue.start();
    await queue.add(vote('slow'));
    while (tries === 0) await new Promise((resolve) => setTimeout(resolve));
    expect(timers.ring()).toBe(30_000);
    await queue.settled();
    expect(queue.state).toMatchObject({ doing: 'paused', waiting: 1 });
    timers.ring();
    await queue.settled();
    expect(tries).toBe(2);
    expect(queue.state).toMatchObject({ doing: 'resting', waiting: 0 });
  });
});
