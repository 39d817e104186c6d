import { describe, expect, it } from 'vitest';
import { datasetOf, keyPlaces, placeOf, placesFor } from './places';

const none = () => '';

describe('datasetOf', () => {
  it.each([
    ['/datasets/12', 12],
    ['/datasets/12/pictures/3', 12],
    ['/datasets', null],
    ['/datasets/12abc', null],
    ['/jobs', null],
    ['/', null],
  ])('%s', (path, dataset) => expect(datasetOf(path)).toBe(dataset));
});

describe('placesFor', () => {
  const titles = (role: Parameters<typeof placesFor>[1]) =>
    placesFor('/datasets/3', role, none).map(({ title }) => title);

  it('offers each role what it may do', () => {
    expect(titles('viewer')).toEqual(['Datasets', 'Pictures', 'Progress', 'People']);
    expect(titles('annotator')).toEqual(['Datasets', 'Label', 'Pictures', 'Progress', 'People']);
    expect(titles('reviewer')).toContain('Review');
    expect(titles('reviewer')).toContain('Check');
    expect(titles('annotator')).not.toContain('Check');
    expect(titles('reviewer')).not.toContain('Settings');
    expect(titles('reviewer')).toContain('Export');
    expect(titles('annotator')).not.toContain('Export');
    expect(titles('maintainer')).toContain('Settings');
  });

  it('leaves People and Export to Settings where that is shown, so that there is room', () => {
    expect(titles('maintainer')).toEqual([
      'Datasets',
      'Label',
      'Pictures',
      'Review',
      'Check',
      'Progress',
      'Settings',
    ]);
  });

  it('offers what everybody may while the role is not known', () => {
    expect(titles(null)).toEqual(titles('viewer'));
  });

  it('leads back to the pictures that were last looked through', () => {
    const places = placesFor('/datasets/3/label', 'viewer', (id) => `state=open&of=${id}`);
    expect(places.map(({ href }) => href)).toContain('/datasets/3?state=open&of=3');
  });

  it('offers the jobs and the account outside of a dataset', () => {
    expect(placesFor('/', null, none).map(({ href }) => href)).toEqual(['/', '/jobs', '/account']);
  });
});

describe('keyPlaces', () => {
  const keys = (path: string, role: Parameters<typeof keyPlaces>[1]) =>
    Object.fromEntries(keyPlaces(path, role, none).map(({ keys, href }) => [keys[0], href]));

  it('leads to all that a role may see, its tabs included', () => {
    expect(keys('/datasets/3', 'maintainer')).toMatchObject({
      'g p': '/datasets/3?',
      'g e': '/datasets/3/export',
      'g m': '/datasets/3/people',
      'g v': '/datasets/3/versions',
      'g s': '/datasets/3/settings',
    });
    expect(keys('/datasets/3', 'viewer')).toEqual({
      'g p': '/datasets/3?',
      'g o': '/datasets/3/progress',
      'g m': '/datasets/3/people',
      'g v': '/datasets/3/versions',
    });
    expect(keys('/jobs', 'maintainer')).toEqual({});
  });

  it('has no key twice, nor that of the start', () => {
    const all = keyPlaces('/datasets/3', 'maintainer', none).flatMap((place) => place.keys);
    expect(new Set([...all, 'g h']).size).toBe(all.length + 1);
  });
});

describe('placeOf', () => {
  const places = placesFor('/datasets/3', 'maintainer', () => 'sort=added');

  it.each([
    ['/datasets/3', '/datasets/3?sort=added'],
    ['/datasets/3/pictures/7', '/datasets/3?sort=added'],
    ['/datasets/3/label', '/datasets/3/label'],
    ['/datasets/3/settings/people', '/datasets/3/settings'],
    ['/datasets/3/people', '/datasets/3/settings'],
    ['/datasets/3/privacy', '/datasets/3/settings'],
    ['/datasets/3/export', '/datasets/3/settings'],
    ['/', '/'],
    ['/unknown', '/unknown'],
  ])('marks for %s the place %s', (path, href) => expect(placeOf(path, places)).toBe(href));

  it('marks People and Export themselves where they are places', () => {
    const own = placesFor('/datasets/3', 'reviewer', none);
    expect(placeOf('/datasets/3/people', own)).toBe('/datasets/3/people');
    expect(placeOf('/datasets/3/export', own)).toBe('/datasets/3/export');
  });
});
