import { describe, expect, it } from 'vitest';
import { nextPage, tokenOf } from './next-page';

describe('nextPage', () => {
  it('leads back to where one was', () => {
    expect(nextPage('/datasets/3?state=open')).toBe('/datasets/3?state=open');
  });

  it.each([null, '', 'datasets', 'https://other.site/', '//other.site', '/\\other.site'])(
    'leads to the start in place of %j',
    (wanted) => expect(nextPage(wanted)).toBe('/'),
  );

  it('is not misled by signs that browsers drop', () => {
    expect(nextPage('/\t/other.site')).toBe('/');
    expect(nextPage('/\n/other.site')).toBe('/');
  });

  it('does not lead round in a circle', () => {
    expect(nextPage('/sign-in')).toBe('/');
    expect(nextPage('/sign-in?next=%2Fsign-in')).toBe('/');
    expect(nextPage('/join#abc')).toBe('/');
    expect(nextPage('/sign-inventory')).toBe('/sign-inventory');
  });
});

describe('tokenOf', () => {
  it('takes what stands behind the sign', () => {
    expect(tokenOf('#fgi_abc-1')).toBe('fgi_abc-1');
    expect(tokenOf('#a%20b ')).toBe('a b');
  });

  it('takes nothing from nothing, and from what cannot be read', () => {
    expect(tokenOf('')).toBe('');
    expect(tokenOf('#')).toBe('');
    expect(tokenOf('#%E0%A4%A')).toBe('');
  });
});
