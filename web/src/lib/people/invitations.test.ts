import { describe, expect, it } from 'vitest';
import { addressOf, fateText, openOnes, pastOnes, validText, type Invitation } from './invitations';

const made = (id: number, state: Invitation['state'], created_at: string, expires_at: string) =>
  ({ id, state, created_at, expires_at, user: null }) as Invitation;

describe('the lists', () => {
  const all = [
    made(1, 'open', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
    made(2, 'used', '2026-01-02T00:00:00Z', '2026-01-09T00:00:00Z'),
    made(3, 'open', '2026-01-03T00:00:00Z', '2026-01-10T00:00:00Z'),
    made(4, 'withdrawn', '2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z'),
  ];

  it('hold those that wait, the ones that end first before the others', () => {
    expect(openOnes(all).map(({ id }) => id)).toEqual([3, 1]);
  });

  it('hold those of before, the newest first', () => {
    expect(pastOnes(all).map(({ id }) => id)).toEqual([4, 2]);
    expect(pastOnes([])).toEqual([]);
  });
});

describe('validText', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  it.each([
    ['2026-01-07T23:59:58Z', 'for 7 days'],
    ['2026-01-07T12:00:00Z', 'for 6 days'],
    ['2026-01-02T00:00:00Z', 'for 24 hours'],
    ['2026-01-01T02:30:00Z', 'for 2 hours'],
    ['2026-01-01T00:12:30Z', 'for 12 minutes'],
    ['2026-01-01T00:00:20Z', 'for 1 minute'],
    ['2026-01-01T00:00:00Z', 'no longer'],
    ['2025-12-01T00:00:00Z', 'no longer'],
  ])('until %s: %s', (until, text) => expect(validText(until, now)).toBe(text));
});

it('puts a path behind the address of the server', () => {
  expect(addressOf('/join#abc', 'https://leaves.example')).toBe('https://leaves.example/join#abc');
});

it('says what became of a link', () => {
  expect(fateText({ state: 'used', user: 'mia' })).toBe('used by mia');
  expect(fateText({ state: 'used', user: null })).toBe('used');
  expect(fateText({ state: 'withdrawn', user: null })).toBe('withdrawn');
  expect(fateText({ state: 'expired', user: null })).toBe('ended unused');
});
