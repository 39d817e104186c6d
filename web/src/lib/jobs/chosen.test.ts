import { describe, expect, it } from 'vitest';
import { sortOut } from './chosen';

const chosen = (...names: string[]) =>
  sortOut(names.map((name) => ({ name, file: new Blob([name]) })));

describe('sortOut', () => {
  it('takes nothing from nothing', () => {
    expect(chosen()).toEqual({ files: [], bytes: 0, leftOut: 0, folders: [] });
  });

  it('counts files and bytes', () => {
    const { files, bytes } = chosen('a.jpg', 'bb.jpg');
    expect(files).toHaveLength(2);
    expect(bytes).toBe('a.jpg'.length + 'bb.jpg'.length);
  });

  it('leaves out what the system keeps for itself', () => {
    const { files, leftOut } = chosen(
      'p/1.jpg',
      'p/.DS_Store',
      'p/Thumbs.db',
      '__MACOSX/p/1.jpg',
      '.git/x',
    );
    expect(files.map(({ name }) => name)).toEqual(['p/1.jpg']);
    expect(leftOut).toBe(4);
  });

  it('sees classes in the folders', () => {
    expect(chosen('rust/1.jpg', 'miner/1.jpg', 'miner/2.jpg').folders).toEqual(['miner', 'rust']);
  });

  it('sees through a folder that only holds the others', () => {
    expect(chosen('leaves/rust/1.jpg', 'leaves/miner/1.jpg').folders).toEqual(['miner', 'rust']);
    expect(chosen('leaves/rust/1.jpg', 'leaves/readme.txt').folders).toEqual(['rust']);
  });

  it('sees the one folder in which all pictures lie', () => {
    expect(chosen('rust/1.jpg', 'rust/2.jpg').folders).toEqual(['rust']);
  });

  it('sees no classes in plain files', () => {
    expect(chosen('1.jpg', '2.jpg').folders).toEqual([]);
  });
});
