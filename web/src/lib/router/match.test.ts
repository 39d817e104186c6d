import { describe, expect, it } from 'vitest';
import { href, matchRoute } from './match';

const routes = [
  { path: '/' },
  { path: '/datasets' },
  { path: '/datasets/new' },
  { path: '/datasets/:dataset' },
  { path: '/datasets/:dataset/pictures/:picture' },
];

describe('matchRoute', () => {
  it.each([
    ['/', '/', {}],
    ['/datasets', '/datasets', {}],
    ['/datasets/', '/datasets', {}],
    ['/datasets/new', '/datasets/new', {}],
    ['/datasets/leaves%20%2F%20twigs', '/datasets/:dataset', { dataset: 'leaves / twigs' }],
    [
      '/datasets/d/pictures/p',
      '/datasets/:dataset/pictures/:picture',
      { dataset: 'd', picture: 'p' },
    ],
  ])('%s is %s', (path, pattern, params) => {
    const found = matchRoute(routes, path);
    expect(found?.route.path).toBe(pattern);
    expect(found?.params).toEqual(params);
  });

  it.each(['/nowhere', '/datasets/d/pictures', '/datasets/%E0%A4%A'])('%s is no page', (path) => {
    expect(matchRoute(routes, path)).toBeNull();
  });
});

describe('href', () => {
  it('fills in names, encoded, and leaves out what is undefined in the query', () => {
    expect(href('/datasets/:dataset', { dataset: 'a/b c' }, { sort: 'new', page: undefined })).toBe(
      '/datasets/a%2Fb%20c?sort=new',
    );
    expect(href('/datasets')).toBe('/datasets');
  });

  it('is undone by matchRoute', () => {
    const params = { dataset: '50% & more?', picture: 'ü#1' };
    const path = href('/datasets/:dataset/pictures/:picture', params);
    expect(matchRoute(routes, path)?.params).toEqual(params);
  });
});
