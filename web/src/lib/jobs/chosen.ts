/** What somebody has chosen to upload: what of it is sent, and what its folders could mean. */
import type { ChosenFile } from '$lib/widgets/upload/chosen-files';

/** The most files that the server takes in one upload. */
export const MOST_FILES = 20_000;

export interface Chosen {
  files: ChosenFile[];
  bytes: number;
  /** What the system keeps in folders for itself, and is not sent. */
  leftOut: number;
  /** Names of the folders in which the pictures lie, where they could be classes. */
  folders: string[];
}

export function sortOut(files: readonly ChosenFile[]): Chosen {
  const sent = files.filter(({ name }) => !isOfTheSystem(name));
  return {
    files: sent,
    bytes: sent.reduce((sum, { file }) => sum + file.size, 0),
    leftOut: files.length - sent.length,
    folders: classFolders(sent.map(({ name }) => name)),
  };
}

/** The folders right below what was chosen. One folder around all others is only the wrapping. */
function classFolders(names: readonly string[]): string[] {
  const paths = names.map((name) => name.split('/'));
  const first = paths[0]?.[0];
  const wrapped =
    paths.length > 0 &&
    paths.every((path) => path.length > 1 && path[0] === first) &&
    paths.some((path) => path.length > 2);
  const depth = wrapped ? 1 : 0;
  const folders = new Set<string>();
  for (const path of paths) {
    if (path.length > depth + 1) folders.add(path[depth] as string);
  }
  return [...folders].sort();
}

const SYSTEM_FILES = new Set(['thumbs.db', 'desktop.ini']);

function isOfTheSystem(name: string): boolean {
  const parts = name.split('/');
  return (
    parts.some((part) => part.startsWith('.') || part === '__MACOSX') ||
    SYSTEM_FILES.has((parts.at(-1) as string).toLowerCase())
  );
}
