import { describe, expect, it } from 'vitest';
import { readInline, readMarkdown } from './markdown';

const text = (words: string) => ({ kind: 'text', text: words });

describe('readMarkdown', () => {
  it('takes nothing from nothing', () => {
    expect(readMarkdown('')).toEqual([]);
    expect(readMarkdown('\n \n')).toEqual([]);
  });

  it('reads headings, paragraphs, quotes and lists', () => {
    const blocks = readMarkdown(
      '# Title\nfirst\nsecond\n\n- one\n- two\n  goes on\n1. three\n> said\n> so\n## More',
    );
    expect(blocks).toEqual([
      { kind: 'heading', level: 1, inside: [text('Title')] },
      { kind: 'paragraph', inside: [text('first\nsecond')] },
      { kind: 'list', ordered: false, start: 1, items: [[text('one')], [text('two\ngoes on')]] },
      { kind: 'list', ordered: true, start: 1, items: [[text('three')]] },
      { kind: 'quote', inside: [text('said\nso')] },
      { kind: 'heading', level: 2, inside: [text('More')] },
    ]);
  });

  it('keeps the number with which a list begins', () => {
    expect(readMarkdown('3. c\n4. d')[0]).toMatchObject({ ordered: true, start: 3 });
  });

  it('leaves plain text as it is', () => {
    expect(readMarkdown('#not a heading, 3 * 4 * 5, snake_case_name, -5 °C')).toEqual([
      { kind: 'paragraph', inside: [text('#not a heading, 3 * 4 * 5, snake_case_name, -5 °C')] },
    ]);
  });
});

describe('readInline', () => {
  it('reads strong, emphasis, code and links, inside each other', () => {
    expect(readInline('a **b *c*** `**d**` _e_')).toEqual([
      text('a '),
      { kind: 'strong', inside: [text('b '), { kind: 'em', inside: [text('c')] }] },
      text(' '),
      { kind: 'code', text: '**d**' },
      text(' '),
      { kind: 'em', inside: [text('e')] },
    ]);
    expect(readInline('[a **b**](https://example.org/x)')).toEqual([
      {
        kind: 'link',
        href: 'https://example.org/x',
        inside: [text('a '), { kind: 'strong', inside: [text('b')] }],
      },
    ]);
  });

  it.each(['javascript:alert%281%29', 'data:text/html,x', '/relative', 'JAVASCRIPT:x'])(
    'does not link to %s',
    (target) => {
      expect(readInline(`[x](${target})`)).toEqual([text(`[x](${target})`)]);
    },
  );

  it('never makes markup of what looks like it', () => {
    expect(readInline('<img src=x onerror=alert(1)>')).toEqual([
      text('<img src=x onerror=alert(1)>'),
    ]);
  });

  it('ends on what is never closed, however long', () => {
    const long = '**a '.repeat(2000);
    expect(readInline(long)).toEqual([text(long)]);
  });
});
