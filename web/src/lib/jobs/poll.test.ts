import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { poll } from './poll';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Page extends EventTarget {
  hidden = false;
  show(seen: boolean): void {
    this.hidden = !seen;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const asPage = (page: Page) => page as unknown as Document;

describe('poll', () => {
  it('asks often while something moves, and seldom once nothing does', async () => {
    let moving = true;
    let asked = 0;
    const { stop } = poll({ ask: async () => (asked++, moving), often: 2, seldom: 50, page: null });
    await vi.advanceTimersByTimeAsync(9);
    expect(asked).toBe(5);
    moving = false;
    await vi.advanceTimersByTimeAsync(41);
    expect(asked).toBe(6);
    stop();
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toBe(6);
  });

  it('asks at once when told to, and never twice at a time', async () => {
    let running = 0;
    let most = 0;
    let asked = 0;
    const ask = async () => {
      asked++;
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running--;
      return false;
    };
    const { now, stop } = poll({ ask, often: 2, seldom: 50, page: null });
    now();
    now();
    await vi.advanceTimersByTimeAsync(30);
    expect(asked).toBe(2);
    expect(most).toBe(1);
    stop();
  });

  it('rests while the window is not seen, and asks when it is seen again', async () => {
    const page = new Page();
    let asked = 0;
    const { stop } = poll({
      ask: async () => (asked++, true),
      often: 2,
      seldom: 50,
      page: asPage(page),
    });
    await vi.advanceTimersByTimeAsync(1);
    page.show(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toBe(1);
    page.show(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toBe(2);
    stop();
  });
});
