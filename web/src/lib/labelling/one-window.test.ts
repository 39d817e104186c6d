import { describe, expect, it } from 'vitest';
import { OneWindow, type Channel, type Place } from './one-window';

/** A browser: channels that reach all but the sender, at once, and timers that the test rings. */
function browser() {
  const channels = new Set<Channel>();
  let timers: (() => void)[] = [];
  let made = 0;
  let time = 0;
  function open(key = `window-${made++}`) {
    const channel: Channel = {
      onmessage: null,
      postMessage: (data) => {
        for (const other of channels) if (other !== channel) other.onmessage?.({ data });
      },
      close: () => void channels.delete(channel),
    };
    channels.add(channel);
    return new OneWindow({
      channel,
      newKey: () => key,
      now: () => time,
      setTimer: (_, then) => {
        timers.push(then);
        return () => void (timers = timers.filter((other) => other !== then));
      },
    });
  }
  const ring = () => timers.splice(0).forEach((then) => then());
  return { open, ring, pass: (ms: number) => void (time += ms) };
}

const places = (...windows: OneWindow[]) => windows.map(({ place }) => place);

describe('OneWindow', () => {
  it('labels here where no other window answers', () => {
    const { open, ring } = browser();
    const first = open();
    expect(first.place).toBe('asking');
    ring();
    expect(first.place).toBe('here');
  });

  it('says in a second window that another one labels', () => {
    const { open, ring } = browser();
    const first = open();
    ring();
    const second = open();
    ring();
    expect(places(first, second)).toEqual(['here', 'elsewhere']);
  });

  it('lets a person go on in the second one, and stops the first', () => {
    const { open, ring } = browser();
    const [first, second, third] = [open(), open(), open()];
    ring();
    second!.take();
    ring();
    expect(places(first!, second!, third!)).toEqual(['elsewhere', 'here', 'elsewhere']);
    first!.take();
    expect(places(first!, second!, third!)).toEqual(['here', 'elsewhere', 'elsewhere']);
  });

  it('has one winner among windows that ask at once, also in the same moment', () => {
    const { open, ring, pass } = browser();
    const late = open('b');
    const early = open('a');
    ring();
    // The first to ask has it, and in the same millisecond the one of the lower name.
    expect(places(late, early).filter((place) => place === 'here')).toHaveLength(1);
    late.close();
    early.close();
    const one = open('z');
    pass(5);
    const two = open('y');
    ring();
    expect(places(one, two)).toEqual(['here', 'elsewhere']);
  });

  it('goes on in a waiting window once the other one is closed, and in one only', () => {
    const { open, ring } = browser();
    const first = open();
    ring();
    const [second, third] = [open(), open()];
    ring();
    expect(places(second, third)).toEqual(['elsewhere', 'elsewhere']);
    first.close();
    ring();
    expect(places(second, third).sort()).toEqual(['elsewhere', 'here']);
  });

  it('does not disturb the one that labels when a waiting one is closed', () => {
    const { open, ring } = browser();
    const first = open();
    ring();
    const second = open();
    const third = open();
    ring();
    second.close();
    ring();
    expect(places(first, third)).toEqual(['here', 'elsewhere']);
  });

  it('gives way to a window that answers late, but not after it has taken over', () => {
    const { open, ring } = browser();
    const first = open();
    ring();
    const second = open();
    second.take();
    // Said before the first one heard that it was taken over.
    const late = open();
    ring();
    expect(places(first, second, late)).toEqual(['elsewhere', 'here', 'elsewhere']);
    const channel: Channel = { onmessage: null, postMessage: () => undefined, close: () => {} };
    const slow = new OneWindow({
      channel,
      newKey: () => 'x',
      setTimer: (_, then) => (then(), () => undefined),
    });
    expect(slow.place).toBe('here');
    channel.onmessage?.({ data: { kind: 'held', from: 'y' } });
    expect(slow.place).toBe('elsewhere');
    slow.take();
    channel.onmessage?.({ data: { kind: 'held', from: 'y' } });
    expect(slow.place).toBe('here');
  });

  it('asks anew when the browser brings a page back', () => {
    const { open, ring } = browser();
    const first = open();
    ring();
    const second = open();
    ring();
    first.leave();
    ring();
    expect(second.place).toBe('here');
    first.ask();
    ring();
    expect(places(first, second)).toEqual(['elsewhere', 'here']);
  });

  it('labels here where windows cannot talk', () => {
    const alone = new OneWindow({ channel: null, newKey: () => 'a' });
    const seen: Place[] = [];
    alone.subscribe((place) => seen.push(place));
    alone.take();
    expect(seen).toEqual(['here']);
    alone.close();
  });
});
