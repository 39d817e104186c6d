import { describe, expect, it } from 'vitest';
import type { Choice } from '$lib/pictures/picture';
import { archiveText, goneText, listed, mergeText, splitText } from './consequences';

const rust = { id: 1, name: 'rust' };
const spot = { id: 2, name: 'spot' };
const blotch = { id: 3, name: 'blotch' };
const counts = new Map([
  [1, 9],
  [2, 1200],
  [3, 34],
]);

describe('mergeText', () => {
  it('counts the pictures whose label changes, not those of the target', () => {
    const text = mergeText([spot, blotch], rust, counts);
    expect(text).toContain('Every answer “spot” and “blotch” will count for “rust”.');
    expect(text).toContain('At least 1,234 pictures get that label now');
    expect(text).toContain('No answer is deleted');
  });

  it('says so where there are none, and nothing where they were not counted', () => {
    expect(mergeText([spot], rust, new Map())).toContain('No picture has such a label now.');
    expect(mergeText([spot], rust, new Map([[2, 1]]))).toContain('At least 1 picture gets');
    expect(mergeText([spot], rust, null)).not.toContain('now');
  });
});

it('splitText says what comes back', () => {
  expect(splitText(spot, ['a', 'b'], counts)).toContain('The 1,200 pictures with this label come');
  expect(splitText(spot, ['a', 'b'], new Map([[2, 1]]))).toContain(
    'The 1 picture with this label comes',
  );
  expect(splitText(spot, ['a', 'b'], null)).toContain('“spot” is replaced by “a” and “b”.');
  expect(splitText(spot, [], counts)).toContain('replaced by the new classes');
});

it('archiveText says that answers stay', () => {
  expect(archiveText(spot, counts)).toContain('1,200 pictures stay labelled “spot”');
  expect(archiveText(spot, null)).toContain('go on counting. It can');
});

it('goneText says what became of a class', () => {
  const gone = (part: Partial<Choice>) =>
    goneText({ merged_into: null, split: false, ...part } as Choice, [rust]);
  expect(gone({ merged_into: 1 })).toBe('merged into “rust”');
  expect(gone({ merged_into: 8 })).toBe('merged into “class 8”');
  expect(gone({ split: true })).toBe('split');
  expect(gone({ archived: true })).toBe('archived');
});

it('listed stops where nobody reads on', () => {
  expect(listed([])).toBe('');
  expect(listed(['a'])).toBe('a');
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
  expect(listed([...'abcdefgh'])).toBe('a, b, c, d, e and 3 more');
});
