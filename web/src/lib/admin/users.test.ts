import { describe, expect, it } from 'vitest';
import type { Invitation, User } from './requests';
import { deedsOf, invitationOf, matching, offerText, openFirst } from './users';

const user = (part: Partial<User>): User =>
  ({
    id: 2,
    name: 'ann',
    full_name: 'Ann Lee',
    administrator: false,
    disabled_at: null,
    ...part,
  }) as User;
const link = (part: Partial<Invitation>): Invitation =>
  ({
    id: 1,
    purpose: 'join',
    state: 'open',
    user: null,
    dataset: null,
    role: null,
    administrator: false,
    ...part,
  }) as Invitation;

describe('deedsOf', () => {
  it('offers one direction of each', () => {
    expect(deedsOf(user({}), 1)).toEqual(['reset', 'administer', 'disable']);
    expect(deedsOf(user({ administrator: true }), 1)).toEqual(['reset', 'demote', 'disable']);
  });

  it('lets nobody lock themselves out', () => {
    expect(deedsOf(user({ administrator: true }), 2)).toEqual(['reset']);
  });

  it('only lets in again who is locked out', () => {
    expect(deedsOf(user({ disabled_at: '2026-11-01T00:00:00Z' }), 1)).toEqual(['enable']);
  });
});

describe('invitationOf', () => {
  const wish = { administrator: true, role: 'reviewer', note: ' Ann ', days: 7 } as const;

  it('names a role only with its dataset', () => {
    expect(invitationOf({ ...wish, dataset: 0 })).toEqual({
      administrator: true,
      dataset_id: null,
      role: null,
      note: 'Ann',
      days: 7,
    });
    expect(invitationOf({ ...wish, dataset: 3 })).toMatchObject({
      dataset_id: 3,
      role: 'reviewer',
    });
  });
});

describe('offerText', () => {
  it.each([
    [{}, 'An account'],
    [{ administrator: true }, 'Join as administrator'],
    [{ dataset: 'leaves', role: 'annotator' }, 'Join as an annotator in leaves'],
    [
      { administrator: true, dataset: 'leaves', role: 'reviewer' },
      'Join as administrator and a reviewer in leaves',
    ],
    [{ purpose: 'reset', user: 'ann' }, 'New password for ann'],
  ] as [Partial<Invitation>, string][])('%j', (part, text) =>
    expect(offerText(link(part))).toBe(text),
  );
});

it('has the links first that still work', () => {
  const all = [link({ id: 3, state: 'used' }), link({ id: 2 }), link({ id: 1, state: 'expired' })];
  expect(openFirst(all).map(({ id }) => id)).toEqual([2, 3, 1]);
});

it('finds an account by either name, whatever the case', () => {
  const all = [user({}), user({ id: 3, name: 'bob', full_name: 'Robert' })];
  expect(matching(all, ' LEE ').map(({ id }) => id)).toEqual([2]);
  expect(matching(all, 'bob').map(({ id }) => id)).toEqual([3]);
  expect(matching(all, '')).toHaveLength(2);
});
