import { describe, expect, it } from 'vitest';
import { initialsOf, inOrder, questionBefore, ROLE_WORDS, titleOf, type Person } from './people';

const person = (name: string, role: Person['role'], more: Partial<Person> = {}): Person => ({
  user_id: name.charCodeAt(0),
  name,
  full_name: '',
  role,
  granted_at: '2026-01-01T00:00:00Z',
  disabled: false,
  ...more,
});
const mia = person('mia', 'maintainer', { full_name: 'Mia Okafor' });
const ben = person('ben', 'reviewer');
const ada = person('ada', 'maintainer');

describe('inOrder', () => {
  it('puts those first who may do most, then goes by the name that is shown', () => {
    const zoe = person('aaa', 'reviewer', { full_name: 'Zoe' });
    expect(inOrder([zoe, ben, mia, ada]).map(({ name }) => name)).toEqual([
      'ada',
      'mia',
      'ben',
      'aaa',
    ]);
    expect(inOrder([])).toEqual([]);
  });
});

describe('ROLE_WORDS', () => {
  it('has words for each role', () => {
    expect(ROLE_WORDS.map(({ role }) => role)).toEqual([
      'viewer',
      'annotator',
      'reviewer',
      'maintainer',
    ]);
    expect(titleOf('reviewer')).toBe('Reviewer');
  });
});

describe('initialsOf', () => {
  it.each([
    ['mia', 'Mia Okafor', 'MO'],
    ['tom.k', '', 'TK'],
    ['ben', '', 'B'],
    ['x', 'Ana María López', 'AM'],
  ])('%s, %s: %s', (name, full_name, letters) =>
    expect(initialsOf({ name, full_name })).toBe(letters),
  );
});

describe('questionBefore', () => {
  it('does not ask where the change can be taken back at once', () => {
    expect(questionBefore([mia, ben], ben, 'viewer', 'mia')).toBeNull();
    expect(questionBefore([mia, ada], ada, 'viewer', 'mia')).toBeNull();
    expect(questionBefore([mia, ben], ben, 'maintainer', 'mia')).toBeNull();
  });

  it('asks before somebody is removed', () => {
    const asked = questionBefore([mia, ben], ben, null, 'mia');
    expect(asked).toMatchObject({ title: 'Remove ben?', confirm: 'Remove', danger: true });
    expect(asked?.text).not.toContain('Nobody would be left');
  });

  it('asks before somebody gives up their own role', () => {
    expect(questionBefore([mia, ada], mia, 'reviewer', 'mia')).toMatchObject({
      title: 'Give up your own role?',
      confirm: 'Become reviewer',
    });
    expect(questionBefore([mia, ada], mia, null, 'mia')?.title).toBe('Leave this dataset?');
  });

  it('says so where nobody would be left who maintains it', () => {
    const disabled = person('old', 'maintainer', { disabled: true });
    for (const [role, me] of [
      [null, 'mia'],
      ['viewer', 'mia'],
      ['viewer', 'an administrator'],
      [null, 'an administrator'],
    ] as const) {
      const asked = questionBefore([mia, ben, disabled], mia, role, me);
      expect(asked?.text).toContain('Nobody would be left');
    }
    expect(questionBefore([mia, ada], mia, null, 'mia')?.text).not.toContain('Nobody');
  });
});
