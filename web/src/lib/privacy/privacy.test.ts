import { describe, expect, it } from 'vitest';
import { coordinatesText, differs, formOf, rowsOf, type Privacy } from './privacy';

const privacy: Privacy = {
  coordinates: 'coarse',
  decimals: 1,
  faces: 'as_they_are',
  columns_kept_back: ['sender', 'town'],
  place_columns: ['latitude', 'longitude'],
  other_columns: ['sender', 'town', 'camera'],
  can_find_faces: false,
  found: null,
};

describe('rowsOf', () => {
  const found = {
    looked_at: '2026-01-01T00:00:00Z',
    pictures: 10,
    unread: 0,
    counts: { place: 3, time: 9, owner: 0 },
    faces: null,
  };

  it('tells the most telling first and leaves out what nobody has', () => {
    expect(rowsOf(found).map(({ title, count }) => [title, count])).toEqual([
      ['Places', 3],
      ['Times', 9],
    ]);
  });

  it('tells of faces where somebody could look', () => {
    expect(rowsOf({ ...found, faces: 2 })[0]).toMatchObject({ title: 'Faces', count: 2 });
    expect(rowsOf({ ...found, faces: 0 })[0]?.title).toBe('Places');
  });
});

describe('differs', () => {
  it('compares what matters', () => {
    const form = formOf(privacy);
    expect(differs(form, privacy)).toBe(false);
    expect(differs({ ...form, keptBack: ['town', 'sender'] }, privacy)).toBe(false);
    expect(differs({ ...form, keptBack: ['town'] }, privacy)).toBe(true);
    expect(differs({ ...form, decimals: 2 }, privacy)).toBe(true);
    expect(differs({ ...form, faces: 'blurred' }, privacy)).toBe(true);
    // How far is rounded says nothing where nothing is.
    const exact: Privacy = { ...privacy, coordinates: 'exact' };
    expect(differs({ ...formOf(exact), decimals: 3 }, exact)).toBe(false);
  });
});

describe('coordinatesText', () => {
  it('says what becomes of a number', () => {
    const form = formOf(privacy);
    expect(coordinatesText(form, ['latitude'])).toContain('47.553429 becomes 47.6');
    expect(coordinatesText({ ...form, decimals: 2 }, ['latitude'])).toContain('47.55 ');
    expect(coordinatesText({ ...form, coordinates: 'removed' }, ['latitude'])).toContain('do not');
    expect(coordinatesText(form, [])).toContain('no columns');
  });
});
