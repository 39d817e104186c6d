import { describe, expect, it } from 'vitest';
import { anotherThan } from './another-page';
import type { PageFacts } from './page-session';

const page = (more: Partial<PageFacts>): PageFacts => ({
  by: 'class',
  choice_id: null,
  cluster: null,
  blind: false,
  expected: null,
  reason: null,
  ...more,
});
const known = {
  classes: [
    { choice_id: 1, expected_open: 40, sure: 30 },
    { choice_id: 2, expected_open: 50, sure: 5 },
    { choice_id: 3, expected_open: 9, sure: 8 },
    { choice_id: 4, expected_open: 0.2, sure: 0 },
  ],
  clusters: [
    { cluster: 0, open: 90, nearest_label: 1 },
    { cluster: 1, open: 10, nearest_label: null },
    { cluster: 2, open: 0, nearest_label: null },
    { cluster: 3, open: 20, nearest_label: null },
  ],
};

describe('another page', () => {
  it('is left to the server while none was turned away', () => {
    expect(anotherThan([], { by: 'class' }, known)).toEqual({ by: 'class' });
    expect(anotherThan([page({ choice_id: 1 })], { by: 'class' }, null)).toEqual({ by: 'class' });
  });

  it('is of the surest class that was not turned away', () => {
    expect(anotherThan([page({ choice_id: 1 })], { by: 'class' }, known).choice_id).toBe(3);
    const turned = [1, 3].map((choice_id) => page({ choice_id }));
    expect(anotherThan(turned, { by: 'class' }, known).choice_id).toBe(2);
    const all = [1, 2, 3].map((choice_id) => page({ choice_id }));
    expect(anotherThan(all, { by: 'class' }, known)).toEqual({ by: 'class' });
  });

  it('is another heap, the largest first of those that nothing is known of', () => {
    const turned = [page({ by: 'cluster', cluster: 3 })];
    expect(anotherThan(turned, { by: 'cluster' }, known).cluster).toBe(1);
    const unknown = [1, 3].map((cluster) => page({ by: 'cluster', cluster }));
    expect(anotherThan(unknown, { by: 'cluster' }, known).cluster).toBe(0);
  });

  it('is never another class than the one that somebody chose', () => {
    const order = { by: 'class', choice_id: 1 } as const;
    expect(anotherThan([page({ choice_id: 1 })], order, known)).toEqual(order);
  });
});
