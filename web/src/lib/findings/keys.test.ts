import { describe, expect, it } from 'vitest';
import type { Question } from '$lib/pictures/picture';
import { ownKeysOf } from './keys';

const question = (...keys: string[]) =>
  ({
    kind: 'single',
    choices: keys.map((key, id) => ({ id, key, name: key, offered: true })),
  }) as unknown as Question;

describe('ownKeysOf', () => {
  it('are the plain letters where no class has them', () => {
    expect(ownKeysOf(question('1', '2'))).toEqual({
      suggested: ['t'],
      merge: ['m'],
      review: ['r'],
      dismiss: ['d'],
      undo: ['z', 'mod+z'],
    });
    expect(ownKeysOf(undefined).merge).toEqual(['m']);
  });

  it('leave the key of a class to the class', () => {
    const keys = ownKeysOf(question('m', 'M', 'z'));
    expect(keys.merge).toEqual(['alt+m']);
    expect(keys.undo).toEqual(['mod+z']);
    expect(keys.dismiss).toEqual(['d']);
  });
});
