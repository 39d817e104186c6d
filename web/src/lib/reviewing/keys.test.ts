import { describe, expect, it } from 'vitest';
import type { Choice, Question } from '$lib/pictures/picture';
import { normalise } from '$lib/widgets/keys/chord';
import { chordsOf, NUMBER_KEYS, ownKeys } from './keys';

const withKeys = (keys: string, kind: Question['kind'] = 'single') => ({
  kind,
  choices: [...keys].map((key, at) => ({ id: at + 1, key, position: at, offered: true }) as Choice),
});

describe('chordsOf', () => {
  it('gives each class its key wherever it stands', () => {
    const { choices } = withKeys('aB1');
    const turned = choices.map((choice) => ({ ...choice, position: 2 - choice.position }));
    const keys = [...chordsOf({ choices })];
    expect(keys).toEqual([
      [1, 'a'],
      [2, 'shift+b'],
      [3, '1'],
    ]);
    expect([...chordsOf({ choices: turned })]).toEqual(keys);
  });

  it('gives none to a class that has none, or is not offered', () => {
    const [a, b] = withKeys('ab').choices as [Choice, Choice];
    expect([
      ...chordsOf({
        choices: [
          { ...a, key: null },
          { ...b, offered: false },
        ],
      }),
    ]).toEqual([]);
  });
});

describe('ownKeys', () => {
  it('are the first letters while no class has them', () => {
    expect(ownKeys(withKeys('12345'))).toEqual({
      cannotTell: ['c'],
      askAgain: ['a'],
      gold: ['g'],
      undo: ['z', 'mod+z', 'Backspace'],
      comment: ['m'],
    });
  });

  it('give way to the classes, whatever keys those have', () => {
    for (const keys of ['123456789qwertasdfgzxcvbyiophjklnm', 'acgmzACGMZ']) {
      const question = withKeys(keys);
      const own = Object.values(ownKeys(question));
      const classes = [...chordsOf(question).values()].map((key) => normalise(key));
      for (const of of own) {
        expect(of.length).toBeGreaterThan(0);
        for (const key of of) expect(classes).not.toContain(normalise(key));
      }
    }
  });

  it('are never two for the same key', () => {
    const all = Object.values(ownKeys(withKeys('acgmzACGMZ'))).flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it('leave a number its signs', () => {
    const all = Object.values(ownKeys(withKeys('a', 'number'))).flat();
    expect(all).toContain('a');
    expect(all.filter((key) => NUMBER_KEYS.includes(key))).toEqual([]);
  });
});
