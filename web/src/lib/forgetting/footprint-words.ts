/** What forgetting pictures takes with it, in words. */
import type { components } from '$lib/api/schema';

export type Footprint = components['schemas']['FootprintShape'];

const MOST = 5;

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** The first of many, and how many more there are. */
export function firstOf(words: readonly string[]): string {
  const shown = words.slice(0, MOST).join(', ');
  return words.length <= MOST ? shown : `${shown} and ${words.length - MOST} more`;
}

/** The sentences of the dialog, the gravest first. */
export function consequences(footprint: Footprint, dataset: number): string[] {
  const { images, names, votes, versions, models, linked_paths } = footprint;
  const elsewhere = [
    ...new Set(names.filter((n) => n.dataset_id !== dataset).map((n) => n.dataset)),
  ];
  const said = [
    `${counted(images, 'picture')} with ${counted(votes, 'answer')}, thumbnails, vectors, comments and columns will be deleted.`,
  ];
  if (elsewhere.length > 0) said.push(`Also from: ${firstOf(elsewhere)}.`);
  if (versions.length > 0) {
    said.push(`An empty row takes their place in: ${firstOf(versions)}.`);
  }
  if (models.length > 0) {
    said.push(
      `These models learned from them and stay as they are: ${firstOf(models)}. Train anew to have models that did not.`,
    );
  }
  if (linked_paths.length > 0) {
    said.push(
      `${counted(linked_paths.length, 'file')} outside the workspace will stay: ${firstOf(linked_paths)}.`,
    );
  }
  said.push('Importing them again will leave them out. Files of exports are deleted, too.');
  return said;
}
