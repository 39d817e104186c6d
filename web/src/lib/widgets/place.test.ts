import { expect, it } from 'vitest';
import { place } from './place';

const window = { width: 400, height: 300 };
const anchor = { left: 100, top: 100, width: 60, height: 20 };

it.each([
  [{}, { left: 100, top: 124, side: 'below' }],
  [{ side: 'above' as const }, { left: 100, top: 46, side: 'above' }],
  [{ align: 'centre' as const }, { left: 90, top: 124, side: 'below' }],
  [{ align: 'end' as const }, { left: 80, top: 124, side: 'below' }],
])('stands as %o asks', (options, expected) => {
  expect(place(anchor, { width: 80, height: 50 }, window, options)).toEqual(expected);
});

it('goes to the other side where there is more room, and stays inside', () => {
  const low = { ...anchor, left: 380, top: 260 };
  expect(place(low, { width: 80, height: 50 }, window)).toEqual({
    left: 312,
    top: 206,
    side: 'above',
  });
  const huge = place(anchor, { width: 900, height: 900 }, window);
  expect(huge).toMatchObject({ left: 8, top: 8 });
});
