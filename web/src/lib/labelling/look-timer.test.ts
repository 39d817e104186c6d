import { describe, expect, it } from 'vitest';
import { LookTimer } from './look-timer';

function timer(visible = true) {
  let time = 0;
  const look = new LookTimer({ now: () => time, visible });
  return { look, pass: (ms: number) => (time += ms) };
}

describe('LookTimer', () => {
  it('counts nothing before the picture is there', () => {
    const { look, pass } = timer();
    pass(500);
    expect(look.ms).toBe(0);
    look.shown();
    pass(300);
    expect(look.ms).toBe(300);
  });

  it('stands still while the window is in the background', () => {
    const { look, pass } = timer();
    look.shown();
    pass(100);
    look.setVisible(false);
    pass(10_000);
    look.setVisible(true);
    pass(50.4);
    expect(look.ms).toBe(150);
  });

  it('does not begin in a window that nobody sees', () => {
    const { look, pass } = timer(false);
    look.shown();
    pass(100);
    expect(look.ms).toBe(0);
    look.setVisible(true);
    pass(20);
    expect(look.ms).toBe(20);
  });

  it('is not begun twice', () => {
    const { look, pass } = timer();
    look.shown();
    pass(100);
    look.shown();
    look.setVisible(true);
    pass(100);
    expect(look.ms).toBe(200);
  });

  it('begins anew for the next picture', () => {
    const { look, pass } = timer();
    look.shown();
    pass(100);
    look.reset();
    pass(100);
    expect(look.ms).toBe(0);
    look.shown();
    pass(7);
    expect(look.ms).toBe(7);
  });
});
