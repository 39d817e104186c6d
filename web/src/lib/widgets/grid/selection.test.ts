import { describe, expect, it } from 'vitest';
import { Selection } from './selection';

describe('Selection', () => {
  it('selects one by a click', () => {
    const selection = new Selection();
    selection.click(3);
    selection.click(5);
    expect([...selection]).toEqual([5]);
  });

  it('turns one over by Ctrl', () => {
    const selection = new Selection();
    selection.click(3);
    selection.click(5, { ctrl: true });
    expect([...selection]).toEqual([3, 5]);
    selection.click(3, { ctrl: true });
    expect([...selection]).toEqual([5]);
  });

  it('selects a range by Shift, again and again from the same anchor', () => {
    const selection = new Selection();
    selection.click(5);
    selection.click(8, { shift: true });
    expect([...selection]).toEqual([5, 6, 7, 8]);
    selection.click(3, { shift: true });
    expect([...selection]).toEqual([3, 4, 5]);
  });

  it('adds a range by Ctrl and Shift', () => {
    const selection = new Selection();
    selection.click(1);
    selection.click(5, { ctrl: true });
    selection.click(7, { ctrl: true, shift: true });
    expect([...selection]).toEqual([1, 5, 6, 7]);
  });

  it('takes Shift without an anchor as a plain click', () => {
    const selection = new Selection();
    selection.click(4, { shift: true });
    expect([...selection]).toEqual([4]);
  });

  it('follows a rectangle that grows and shrinks', () => {
    const selection = new Selection();
    selection.click(9);
    selection.startDrag();
    selection.drag([{ start: 0, end: 3 }]);
    expect([...selection]).toEqual([0, 1, 2]);
    selection.drag([{ start: 0, end: 1 }]);
    expect([...selection]).toEqual([0]);
    selection.drag([]);
    expect(selection.size).toBe(0);
    selection.cancelDrag();
    expect([...selection]).toEqual([9]);
  });

  it('adds a rectangle by Shift and turns it over by Ctrl', () => {
    const selection = new Selection();
    selection.add(2, 5);
    selection.startDrag();
    selection.drag([{ start: 4, end: 7 }], { shift: true });
    expect([...selection]).toEqual([2, 3, 4, 5, 6]);
    selection.drag([{ start: 4, end: 7 }], { ctrl: true });
    expect([...selection]).toEqual([2, 3, 5, 6]);
    selection.endDrag();
    selection.cancelDrag();
    expect([...selection]).toEqual([2, 3, 5, 6]);
  });

  it('takes all, inverts and clears, and tells of each change', () => {
    const selection = new Selection();
    let told = 0;
    const stop = selection.onChange(() => told++);
    selection.all(1_000_000);
    expect(selection.size).toBe(1_000_000);
    selection.toggle(7);
    selection.invert(1_000_000);
    expect([...selection]).toEqual([7]);
    selection.clear();
    selection.clear();
    expect(told).toBe(4);
    stop();
    selection.click(1);
    expect(told).toBe(4);
  });
});
