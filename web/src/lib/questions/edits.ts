/** Changes of a question's classes, and how far back an undo goes: the newest goes first. */
import type { components } from '$lib/api/schema';

export type Edit = components['schemas']['EditShape'];

/** The newest change that stands, which is the one that an undo takes back. */
export const newestStanding = (edits: readonly Edit[]): Edit | undefined =>
  edits.find(({ undone_at }) => undone_at === null);

/** The changes that must be undone to undo this one, the newest first; empty where it is undone. */
export function undoneWith(edits: readonly Edit[], id: number): Edit[] {
  const at = edits.findIndex((edit) => edit.id === id);
  if (at < 0 || edits[at]?.undone_at !== null) return [];
  return edits.slice(0, at + 1).filter(({ undone_at }) => undone_at === null);
}
