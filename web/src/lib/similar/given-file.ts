/** The file that somebody searched with last, for coming back to the page from a picture.
 *
 * It is held in this window only and is gone when the page is loaded anew. */
export interface GivenFile {
  dataset: number;
  name: string;
  file: Blob;
}

let given: GivenFile | null = null;

export function keepFile(file: GivenFile): void {
  given = file;
}

/** The file last given for a dataset; null where there is none. */
export const keptFile = (dataset: number): GivenFile | null =>
  given?.dataset === dataset ? given : null;
