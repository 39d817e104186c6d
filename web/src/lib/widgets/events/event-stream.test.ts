import { describe, expect, it } from 'vitest';
import { listenTo, type StreamState } from './event-stream';

class Source extends EventTarget {
  readyState = 0;
  closed = false;
  close() {
    this.closed = true;
    this.readyState = 2;
  }
  say(data: unknown, name = 'message') {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
  break(forGood: boolean) {
    this.readyState = forGood ? 2 : 0;
    this.dispatchEvent(new Event('error'));
  }
}

function stream() {
  const sources: Source[] = [];
  const pauses: { ms: number; then: () => void }[] = [];
  const heard: unknown[] = [];
  const states: StreamState[] = [];
  const stop = listenTo<unknown>('/api/jobs/1/events', {
    events: ['progress'],
    onEvent: (data, name) => heard.push([name, data]),
    onState: (state) => states.push(state),
    open: () => {
      const source = new Source();
      sources.push(source);
      return source;
    },
    setTimer: (ms, then) => {
      const timer = { ms, then };
      pauses.push(timer);
      return () => void pauses.splice(pauses.indexOf(timer), 1);
    },
  });
  return { sources, pauses, heard, states, stop };
}

describe('listenTo', () => {
  it('hears named and unnamed events', () => {
    const { sources, heard, states } = stream();
    sources[0]!.dispatchEvent(new Event('open'));
    sources[0]!.say({ done: 1 }, 'progress');
    sources[0]!.say('bye');
    sources[0]!.say('not ours', 'other');
    expect(heard).toEqual([
      ['progress', { done: 1 }],
      ['message', 'bye'],
    ]);
    expect(states).toEqual(['connecting', 'open']);
  });

  it('leaves it to the browser to come back while it tries', () => {
    const { sources, pauses, states } = stream();
    sources[0]!.break(false);
    expect(states).toEqual(['connecting', 'connecting']);
    expect(sources).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  it('comes back, later and later, where the browser has given up', () => {
    const { sources, pauses, heard } = stream();
    const waited: number[] = [];
    for (let turn = 0; turn < 7; turn++) {
      sources.at(-1)!.break(true);
      const timer = pauses.pop()!;
      waited.push(timer.ms);
      timer.then();
    }
    expect(waited).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    sources.at(-1)!.say(1);
    sources.at(-1)!.break(true);
    expect(pauses.pop()!.ms).toBe(1000);
    expect(heard).toEqual([['message', 1]]);
  });

  it('ends for good', () => {
    const { sources, pauses, heard, states, stop } = stream();
    sources[0]!.break(true);
    stop();
    expect(pauses).toEqual([]);
    expect(sources[0]!.closed).toBe(true);
    sources[0]!.say('late');
    sources[0]!.break(true);
    expect(heard).toEqual([]);
    expect(pauses).toEqual([]);
    expect(states.at(-1)).toBe('closed');
  });
});
