import { describe, expect, it } from 'vitest';
import { atLeast, roleText } from './roles';

describe('atLeast', () => {
  it('lets each role do what those before it may, and no more', () => {
    expect(atLeast('reviewer', 'annotator')).toBe(true);
    expect(atLeast('reviewer', 'reviewer')).toBe(true);
    expect(atLeast('reviewer', 'maintainer')).toBe(false);
    expect(atLeast('viewer', 'annotator')).toBe(false);
  });

  it('lets nobody do anything without a role', () => {
    expect(atLeast(null, 'viewer')).toBe(false);
    expect(atLeast(undefined, 'viewer')).toBe(false);
  });
});

it('puts the right article before a role', () => {
  expect(roleText('annotator')).toBe('an annotator');
  expect(roleText('maintainer')).toBe('a maintainer');
});
