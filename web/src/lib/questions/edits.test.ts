import { expect, it } from 'vitest';
import { newestStanding, undoneWith, type Edit } from './edits';

const edit = (id: number, undone = false): Edit => ({
  id,
  kind: 'rename',
  summary: `change ${id}`,
  author: 'mira',
  created_at: '2026-05-01T10:00:00Z',
  undone_at: undone ? '2026-05-01T11:00:00Z' : null,
});

const edits = [edit(5, true), edit(4), edit(3, true), edit(2), edit(1)];

it('undoes the newest that stands', () => {
  expect(newestStanding(edits)?.id).toBe(4);
  expect(newestStanding([])).toBeUndefined();
});

it('takes along all that came after', () => {
  expect(undoneWith(edits, 2).map(({ id }) => id)).toEqual([4, 2]);
  expect(undoneWith(edits, 4).map(({ id }) => id)).toEqual([4]);
  expect(undoneWith(edits, 3)).toEqual([]);
  expect(undoneWith(edits, 9)).toEqual([]);
});
