/** The files somebody has chosen or dropped, folders among them, with their paths. */

export interface ChosenFile {
  /** Path below what was chosen, with `/` between folders. */
  name: string;
  file: Blob;
}

/** From `<input type="file">`, with `webkitdirectory` or without. */
export function filesFromInput(list: Iterable<File>): ChosenFile[] {
  return sorted(Array.from(list, (file) => ({ name: file.webkitRelativePath || file.name, file })));
}

/** From a drop: every file in every folder, however deep.
 *
 * Call it in the very event: the browser forgets what was dropped once the handler has returned.
 *
 * Raises: Error naming the first folder or file that cannot be read. */
export async function filesFromDrop(items: Iterable<DataTransferItem>): Promise<ChosenFile[]> {
  const entries: FileSystemEntry[] = [];
  const plain: ChosenFile[] = [];
  for (const item of items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry?.() ?? null;
    if (entry !== null) {
      entries.push(entry);
      continue;
    }
    const file = item.getAsFile();
    if (file !== null) plain.push({ name: file.name, file });
  }
  const found = await Promise.all(entries.map((entry) => filesBelow(entry, '')));
  return sorted([...plain, ...found.flat()]);
}

async function filesBelow(entry: FileSystemEntry, above: string): Promise<ChosenFile[]> {
  const name = above + entry.name;
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      );
      return [{ name, file }];
    }
    const children = await childrenOf(entry as FileSystemDirectoryEntry);
    const found: ChosenFile[] = [];
    // One folder after the other: thousands of open handles at once are refused by the browser.
    for (const child of children) found.push(...(await filesBelow(child, `${name}/`)));
    return found;
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith('Cannot read ')) throw cause;
    throw new Error(`Cannot read ${name}. Check that it may be read and has not been moved.`, {
      cause,
    });
  }
}

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // A reader hands out a hundred at a time, and none when it is at its end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** In order of names, and no name twice: a second `1.jpg` becomes `1 (2).jpg`. */
function sorted(files: ChosenFile[]): ChosenFile[] {
  const taken = new Set<string>();
  return files
    .map(({ name, file }) => {
      let free = name;
      const dot =
        name.lastIndexOf('.') > name.lastIndexOf('/') + 1 ? name.lastIndexOf('.') : name.length;
      for (let turn = 2; taken.has(free); turn++)
        free = `${name.slice(0, dot)} (${turn})${name.slice(dot)}`;
      taken.add(free);
      return { name: free, file };
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
