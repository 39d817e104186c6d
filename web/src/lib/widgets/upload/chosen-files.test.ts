import { describe, expect, it } from 'vitest';
import { filesFromDrop, filesFromInput } from './chosen-files';

type Tree = { [name: string]: Tree | string };

/** What a browser hands over, with its habit of giving a hundred entries at a time. */
function entryOf(name: string, content: Tree | string): FileSystemEntry {
  if (typeof content === 'string') {
    return {
      name,
      isFile: true,
      isDirectory: false,
      file: (resolve: (file: File) => void, reject: (error: unknown) => void) =>
        content === 'forbidden'
          ? reject(new Error('NotReadable'))
          : resolve(new File([content], name)),
    } as unknown as FileSystemEntry;
  }
  return {
    name,
    isFile: false,
    isDirectory: true,
    createReader: () => {
      const left = Object.entries(content).map(([child, inner]) => entryOf(child, inner));
      return {
        readEntries: (resolve: (some: FileSystemEntry[]) => void) => resolve(left.splice(0, 100)),
      };
    },
  } as unknown as FileSystemEntry;
}

const dropped = (tree: Tree) =>
  Object.entries(tree).map(
    ([name, content]) =>
      ({
        kind: 'file',
        webkitGetAsEntry: () => entryOf(name, content),
      }) as unknown as DataTransferItem,
  );

describe('filesFromDrop', () => {
  it('finds every file in every folder', async () => {
    const files = await filesFromDrop(
      dropped({ 'b.png': 'bb', leaves: { oak: { '1.jpg': 'x', '2.jpg': 'y' }, empty: {} } }),
    );
    expect(files.map(({ name }) => name)).toEqual([
      'b.png',
      'leaves/oak/1.jpg',
      'leaves/oak/2.jpg',
    ]);
    expect(await files[0]!.file.text()).toBe('bb');
  });

  it('finds more than the hundred that a reader gives at once', async () => {
    const many = Object.fromEntries(Array.from({ length: 321 }, (_, at) => [`${at}.jpg`, 'x']));
    expect(await filesFromDrop(dropped({ many }))).toHaveLength(321);
  });

  it('finds nothing in nothing, and passes over text', async () => {
    const text = { kind: 'string' } as DataTransferItem;
    expect(await filesFromDrop([text, ...dropped({ empty: {} })])).toEqual([]);
  });

  it('takes a file where the browser knows no entries', async () => {
    const file = new File(['z'], 'z.jpg');
    const item = { kind: 'file', webkitGetAsEntry: () => null, getAsFile: () => file };
    expect(await filesFromDrop([item as unknown as DataTransferItem])).toEqual([
      { name: 'z.jpg', file },
    ]);
  });

  it('names what cannot be read', async () => {
    const files = filesFromDrop(dropped({ leaves: { 'a.jpg': 'forbidden' } }));
    await expect(files).rejects.toThrow('Cannot read leaves/a.jpg.');
  });
});

describe('filesFromInput', () => {
  it('keeps the path of a chosen folder', () => {
    const inFolder = new File(['x'], '1.jpg');
    Object.defineProperty(inFolder, 'webkitRelativePath', { value: 'leaves/1.jpg' });
    const names = filesFromInput([new File(['y'], 'z.jpg'), inFolder]).map(({ name }) => name);
    expect(names).toEqual(['leaves/1.jpg', 'z.jpg']);
  });

  it('loses no file because another has its name', () => {
    const files = filesFromInput(
      ['1.jpg', '1.jpg', '1 (2).jpg', '.x', '.x'].map((name) => new File([], name)),
    );
    expect(files.map(({ name }) => name)).toEqual([
      '.x',
      '.x (2)',
      '1 (2) (2).jpg',
      '1 (2).jpg',
      '1.jpg',
    ]);
  });
});
