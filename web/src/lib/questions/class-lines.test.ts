import { describe, expect, it } from 'vitest';
import { namesOf, readClassLines } from './class-lines';

describe('readClassLines', () => {
  it('takes one class a line and leaves out empty ones', () => {
    const read = readClassLines('oak\n\n  \nash \r\nelm');
    expect(namesOf(read)).toEqual(['oak', 'ash', 'elm']);
    expect(read.lines.map(({ line }) => line)).toEqual([1, 4, 5]);
    expect(read.errors).toEqual([]);
  });

  it('takes nothing from nothing', () => {
    expect(readClassLines(' \n')).toEqual({ lines: [], errors: [] });
  });

  it('reads descriptions as a spreadsheet copies them', () => {
    expect(readClassLines('oak\tlobed leaves').lines[0]).toMatchObject({
      name: 'oak',
      description: 'lobed leaves',
    });
  });

  it('reads a tree from how far lines are set in', () => {
    const { lines } = readClassLines('trees\n  oak\n    english oak\n  ash\n\tdeep\nherbs');
    expect(lines.map(({ name, parent }) => [name, parent])).toEqual([
      ['trees', null],
      ['oak', 0],
      ['english oak', 1],
      ['ash', 0],
      ['deep', 3],
      ['herbs', null],
    ]);
  });

  it('says what is wrong, and where', () => {
    const long = 'x'.repeat(201);
    const { errors } = readClassLines(`oak\nash\nash\n${long}`, ['oak']);
    expect(errors).toEqual([
      'Line 1: there is a class named “oak” already.',
      'Line 3: “ash” stands in line 2 already.',
      'Line 4: a name has at most 200 characters.',
    ]);
  });
});
