import { describe, expect, it } from 'vitest';
import type { Plan, Version } from './requests';
import { changesAnything, isDate, planLines, sizeText, statesOf } from './words';

const version = (values: Partial<Version>): Version => ({
  number: 1,
  created_at: '2026-05-01T00:00:00Z',
  author: 'mia',
  note: '',
  content_hash: '00',
  pictures: 1,
  labelled: 0,
  parts: {},
  divided: false,
  same_training_as: null,
  uses: [],
  ...values,
});

const plan = (values: Partial<Plan>): Plan => ({
  number: 1,
  kept_as: null,
  brought_back: 0,
  set_aside: 0,
  decided: 0,
  withdrawn: 0,
  groups: 0,
  columns: 0,
  impossible: [],
  notes: [],
  ...values,
});

describe('sizeText', () => {
  it('names the parts in their order, where there are any', () => {
    expect(sizeText(version({}))).toBe('1 picture, 0 labelled');
    const parts = { test: 160, train: 640 };
    expect(sizeText(version({ pictures: 1200, labelled: 800, parts }))).toBe(
      '1,200 pictures, 800 labelled; 640 train, 160 test',
    );
  });
});

describe('statesOf', () => {
  it('compares the newest version with now', () => {
    expect(statesOf(new URLSearchParams(), [version({ number: 3 })])).toEqual({
      before: '3',
      after: 'now',
    });
  });
  it('takes what the address says', () => {
    const query = new URLSearchParams('before=2026-05-01&after=2');
    expect(statesOf(query, [])).toEqual({ before: '2026-05-01', after: '2' });
  });
  it('has no first state without a version', () => {
    expect(statesOf(new URLSearchParams(), []).before).toBe('');
  });
});

describe('isDate', () => {
  it('knows dates and moments from numbers and words', () => {
    expect(['2026-05-01', '2026-05-01T12:00', '2026-05-01T12:00:00Z'].every(isDate)).toBe(true);
    expect(['3', 'now', '', '2026-5-1'].some(isDate)).toBe(false);
  });
});

describe('planLines', () => {
  it('says what happens, and what cannot', () => {
    const told = planLines(
      plan({
        brought_back: 1,
        decided: 1200,
        impossible: [{ reason: 'its bytes are gone', count: 3, examples: ['a.jpg', 'b.jpg'] }],
      }),
    );
    expect(told).toEqual([
      { text: '1 picture comes back.', tone: 'plain' },
      { text: '1,200 labels are decided in your name.', tone: 'plain' },
      { text: 'Not possible for 3: its bytes are gone (a.jpg, b.jpg, …).', tone: 'warn' },
    ]);
  });
  it('says nothing where nothing changes', () => {
    expect(planLines(plan({}))).toEqual([]);
    expect(changesAnything(plan({}))).toBe(false);
    expect(changesAnything(plan({ columns: 1 }))).toBe(true);
  });
});
