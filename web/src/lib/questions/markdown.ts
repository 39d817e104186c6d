/** The little Markdown that guidelines are written in: headings, lists, paragraphs, quotes, strong,
 * emphasis, code and links. It becomes a tree of plain values, never HTML, so that nothing that
 * somebody wrote can run. */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong' | 'em'; inside: Inline[] }
  | { kind: 'link'; href: string; inside: Inline[] };

export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; inside: Inline[] }
  | { kind: 'paragraph' | 'quote'; inside: Inline[] }
  | { kind: 'list'; ordered: boolean; start: number; items: Inline[][] };

const HEADING = /^(#{1,3})\s+(.+?)\s*#*$/;
const ITEM = /^\s{0,8}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const QUOTE = /^\s{0,3}>\s?(.*)$/;

export function readMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split(/\r\n|[\r\n]/);
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as string;
    const heading = HEADING.exec(line);
    if (line.trim() === '') at++;
    else if (heading) {
      const level = (heading[1] as string).length as 1 | 2 | 3;
      blocks.push({ kind: 'heading', level, inside: readInline(heading[2] as string) });
      at++;
    } else if (ITEM.test(line)) at = readList(lines, at, blocks);
    else if (QUOTE.test(line)) {
      const quoted: string[] = [];
      for (; QUOTE.test(lines[at] ?? ''); at++) {
        quoted.push(QUOTE.exec(lines[at] as string)?.[1] ?? '');
      }
      blocks.push({ kind: 'quote', inside: readInline(quoted.join('\n')) });
    } else {
      const words: string[] = [];
      for (; continues(lines[at]); at++) words.push((lines[at] as string).trim());
      blocks.push({ kind: 'paragraph', inside: readInline(words.join('\n')) });
    }
  }
  return blocks;
}

function readList(lines: readonly string[], from: number, blocks: Block[]): number {
  const first = ITEM.exec(lines[from] as string) as RegExpExecArray;
  const ordered = first[1] !== undefined;
  const items: string[] = [];
  let at = from;
  for (; at < lines.length; at++) {
    const line = lines[at] as string;
    const item = ITEM.exec(line);
    if (item) {
      if ((item[1] !== undefined) !== ordered) break;
      items.push(item[2] as string);
    } else if (continues(line)) items[items.length - 1] += `\n${line.trim()}`;
    else break;
  }
  const start = ordered ? Number(first[1]) : 1;
  blocks.push({ kind: 'list', ordered, start, items: items.map(readInline) });
  return at;
}

/** Whether a line goes on with the paragraph or item before it. */
function continues(line: string | undefined): boolean {
  return (
    line !== undefined &&
    line.trim() !== '' &&
    !HEADING.test(line) &&
    !ITEM.test(line) &&
    !QUOTE.test(line)
  );
}

const MARKS =
  /`([^`]+)`|\[([^\]]+)\]\(([^()\s]+)\)|\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\*)|(?<![\p{L}\p{N}*])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?=\S)(.+?)(?<=\S)_(?![\p{L}\p{N}_])/su;

export function readInline(text: string): Inline[] {
  const found: Inline[] = [];
  let rest = text;
  while (rest !== '') {
    const mark = MARKS.exec(rest);
    if (mark === null) {
      found.push({ kind: 'text', text: rest });
      break;
    }
    if (mark.index > 0) found.push({ kind: 'text', text: rest.slice(0, mark.index) });
    const [whole, code, words, target, strong, star, underscore] = mark;
    const em = star ?? underscore;
    const href = target === undefined ? null : safeTarget(target);
    if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (strong !== undefined) found.push({ kind: 'strong', inside: readInline(strong) });
    else if (em !== undefined) found.push({ kind: 'em', inside: readInline(em) });
    else if (href !== null) found.push({ kind: 'link', href, inside: readInline(words as string) });
    else found.push({ kind: 'text', text: whole });
    rest = rest.slice(mark.index + whole.length);
  }
  return found;
}

/** The address where a link may lead: the web and mail, nothing that could run. */
function safeTarget(target: string): string | null {
  try {
    const { protocol, href } = new URL(target);
    return ['https:', 'http:', 'mailto:'].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}
