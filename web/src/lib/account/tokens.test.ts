import { describe, expect, it } from 'vitest';
import { expiryOf, scopesText } from './tokens';

describe('expiryOf', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  const state = (expires_at: string | null) => expiryOf({ expires_at }, now).state;

  it('never ends without a date', () => {
    expect(expiryOf({ expires_at: null }, now)).toEqual({ text: 'Never', state: 'holds' });
  });

  it('warns a week before the end', () => {
    expect(state('2026-11-28T12:00:01Z')).toBe('holds');
    expect(state('2026-11-28T11:59:59Z')).toBe('soon');
  });

  it('is over at the moment itself', () => {
    expect(state('2026-11-21T12:00:00Z')).toBe('over');
    expect(expiryOf({ expires_at: '2026-11-20T12:00:00Z' }, now).text).toContain('Expired on 20');
  });
});

it('names scopes from the least to the most', () => {
  expect(scopesText(['manage', 'read'])).toBe('Read, Manage');
  expect(scopesText([])).toBe('');
});
