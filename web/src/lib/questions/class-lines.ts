/** Classes written one a line: `name`, or `name <Tab> description`; a line that is set in lies below
 * the last one that is set in less. */

export interface ClassLine {
  name: string;
  description: string;
  /** The place of the line that it lies below, or null. */
  parent: number | null;
  /** As it stood in the text, from 1. */
  line: number;
}

export interface ReadLines {
  lines: ClassLine[];
  /** What is wrong, each in a sentence that names the line. */
  errors: string[];
}

const LONGEST_NAME = 200;

/** Reads them. `taken` are names that the question has already, whether offered or not. */
export function readClassLines(text: string, taken: Iterable<string> = []): ReadLines {
  const held = new Set(taken);
  const seen = new Map<string, number>();
  const lines: ClassLine[] = [];
  const errors: string[] = [];
  const above: { indent: number; place: number }[] = [];
  text.split(/\r\n|[\r\n]/).forEach((raw, at) => {
    if (raw.trim() === '') return;
    const line = at + 1;
    const lead = /^[ \t]*/.exec(raw)?.[0] ?? '';
    // A tab counts as much as four spaces.
    const indent = lead.replaceAll('\t', '    ').length;
    const [name = '', ...rest] = raw.trim().split('\t');
    const found = { name: name.trim(), description: rest.join(' ').trim(), line };
    while (above.length > 0 && (above.at(-1) as { indent: number }).indent >= indent) above.pop();
    const parent = above.at(-1)?.place ?? null;
    const twice = seen.get(found.name);
    if (found.name.length > LONGEST_NAME) {
      errors.push(`Line ${line}: a name has at most ${LONGEST_NAME} characters.`);
    } else if (held.has(found.name)) {
      errors.push(`Line ${line}: there is a class named “${found.name}” already.`);
    } else if (twice !== undefined) {
      errors.push(`Line ${line}: “${found.name}” stands in line ${twice} already.`);
    }
    seen.set(found.name, twice ?? line);
    above.push({ indent, place: lines.length });
    lines.push({ ...found, parent });
  });
  return { lines, errors };
}

/** The names of lines, for a question that is just being made and has no tree yet. */
export const namesOf = ({ lines }: ReadLines): string[] => lines.map(({ name }) => name);
