import { describe, expect, it } from 'vitest';
import { Leaving } from './leaving';

function guardThatSays(...answers: boolean[]) {
  const guard = { asked: 0, mayLeave: async () => answers[guard.asked++] ?? false };
  return guard;
}

describe('Leaving', () => {
  it('lets everybody go while nobody holds the page', async () => {
    const leaving = new Leaving();
    expect(leaving.held).toBe(false);
    expect(await leaving.may()).toBe(true);
  });

  it('asks each time, and no more once the guard is gone', async () => {
    const leaving = new Leaving();
    const guard = guardThatSays(false, true);
    const end = leaving.hold(guard);
    expect(leaving.held).toBe(true);
    expect(await leaving.may()).toBe(false);
    expect(await leaving.may()).toBe(true);
    end();
    expect(leaving.held).toBe(false);
    expect(await leaving.may()).toBe(true);
    expect(guard.asked).toBe(2);
  });

  it('needs all who hold it, and asks none after a no', async () => {
    const leaving = new Leaving();
    const [first, second] = [guardThatSays(false, true), guardThatSays(true)];
    leaving.hold(first);
    leaving.hold(second);
    expect(await leaving.may()).toBe(false);
    expect(second.asked).toBe(0);
    expect(await leaving.may()).toBe(true);
    expect(second.asked).toBe(1);
  });

  it('asks one question for two who want to leave at once', async () => {
    const leaving = new Leaving();
    const guard = guardThatSays(true, false);
    leaving.hold(guard);
    expect(await Promise.all([leaving.may(), leaving.may()])).toEqual([true, true]);
    expect(guard.asked).toBe(1);
  });

  it('knows whether the newest entry of the history may be written over', () => {
    const leaving = new Leaving();
    leaving.hold(guardThatSays());
    expect(leaving.onSpareEntry).toBe(false);
    leaving.hold({ mayLeave: async () => true, onSpareEntry: () => true });
    expect(leaving.onSpareEntry).toBe(true);
  });
});
