import { describe, expect, it } from 'vitest';
import { placesFor } from '../../session/places';
import { barOf, SLOTS } from './bar';

describe('barOf', () => {
  it('shows all that fit, and a menu only for more', () => {
    expect(barOf([1, 2, 3, 4, 5])).toEqual({ shown: [1, 2, 3, 4, 5], rest: [] });
    expect(barOf([1, 2, 3, 4, 5, 6])).toEqual({ shown: [1, 2, 3, 4], rest: [5, 6] });
    expect(barOf([])).toEqual({ shown: [], rest: [] });
  });

  it.each(['viewer', 'annotator', 'reviewer', 'maintainer'] as const)(
    'has room for every place of a %s, and the pictures always in sight',
    (role) => {
      const places = placesFor('/datasets/3', role, () => '');
      const { shown, rest } = barOf(places);
      expect([...shown, ...rest]).toEqual(places);
      expect(shown.length + (rest.length > 0 ? 1 : 0)).toBeLessThanOrEqual(SLOTS);
      expect(shown.map(({ title }) => title)).toContain('Pictures');
    },
  );
});
