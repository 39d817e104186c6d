import { describe, expect, it } from 'vitest';
import { copyFrom } from './copying';

function setting(clipboard: 'works' | 'refuses' | 'missing', copySelected: boolean) {
  const written: string[] = [];
  let selected = 0;
  const writeText = async (text: string) => {
    if (clipboard === 'refuses') throw new Error('not allowed');
    written.push(text);
  };
  const copied = copyFrom({ select: () => selected++ }, 'a link', {
    clipboard: clipboard === 'missing' ? null : { writeText },
    copySelected: () => copySelected,
  });
  return { copied, written, selected: () => selected };
}

describe('copyFrom', () => {
  it('copies and selects', async () => {
    const { copied, written, selected } = setting('works', false);
    expect(await copied).toBe(true);
    expect(written).toEqual(['a link']);
    expect(selected()).toBe(1);
  });

  it.each(['refuses', 'missing'] as const)(
    'goes the older way where the clipboard %s',
    async (how) => {
      expect(await setting(how, true).copied).toBe(true);
      const failed = setting(how, false);
      expect(await failed.copied).toBe(false);
      expect(failed.selected()).toBe(1);
    },
  );
});
