/** The formats of labels as people know them, and what an export asks for. */
import type { components } from '$lib/api/schema';

export type LabelFormat = components['schemas']['LabelFormatShape'];
export type NewExport = components['schemas']['NewExport'];

const TITLES: Record<string, string> = {
  jsonl: 'JSON Lines',
  csv: 'CSV',
  coco: 'COCO',
  'label-studio': 'Label Studio',
  yolo: 'YOLO',
  'class-folders': 'Class folders',
};

/** The name by which people know a format; its own where we know no other. */
export const titleOf = ({ name }: Pick<LabelFormat, 'name'>): string => TITLES[name] ?? name;

/** Whether an export is a folder with the pictures in it, which comes as a ZIP file. */
export const isFolder = ({ suffixes }: Pick<LabelFormat, 'suffixes'>): boolean =>
  suffixes.length === 0;

/** `.jsonl`, or `a ZIP file`. */
export const fileText = (format: LabelFormat): string =>
  isFolder(format) ? 'a ZIP file with the pictures' : (format.suffixes[0] as string);

/** Whether it can hold what each person answered, beside the labels. */
export const holdsVotes = (format: LabelFormat): boolean => !isFolder(format);

export interface Wish {
  /** Null for all that are asked. */
  questions: readonly number[] | null;
  named: boolean;
  labelsOnly: boolean;
}

/** What is sent: only what the format can hold, and folders always with their pictures, for there
 * is nothing else to sort into them. */
export function orderOf(format: LabelFormat, { questions, named, labelsOnly }: Wish): NewExport {
  const folder = isFolder(format);
  return {
    format: format.name,
    question_ids: questions === null ? null : [...questions],
    named: named && holdsVotes(format) && !labelsOnly,
    with_pictures: folder,
    labels_only: labelsOnly || folder,
  };
}

/** The file types that a chooser offers: all suffixes, and ZIP files for what is a folder. */
export function acceptOf(formats: readonly LabelFormat[]): string {
  return [...new Set([...formats.flatMap(({ suffixes }) => suffixes), '.zip'])].join(',');
}
