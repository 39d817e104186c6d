/** A dataset's privacy: its settings, what they mean in plain words, and what was found. */
import type { components } from '$lib/api/schema';

export type Privacy = components['schemas']['PrivacyShape'];
export type Found = NonNullable<Privacy['found']>;

/** The settings as a person edits them. */
export interface Form {
  coordinates: Privacy['coordinates'];
  decimals: number;
  faces: Privacy['faces'];
  keptBack: string[];
}

export const COORDINATES: readonly { value: Form['coordinates']; title: string }[] = [
  { value: 'coarse', title: 'Rounded' },
  { value: 'exact', title: 'As they are' },
  { value: 'removed', title: 'Left out' },
];

export const DECIMALS: readonly { value: number; title: string }[] = [
  { value: 0, title: '1 degree, a region about 111 km across' },
  { value: 1, title: '0.1 degrees, about 11 km across' },
  { value: 2, title: '0.01 degrees, about 1 km across' },
  { value: 3, title: '0.001 degrees, about 100 m across' },
];

const KINDS: readonly { kind: string; title: string; text: string }[] = [
  {
    kind: 'place',
    title: 'Places',
    text: 'Where the picture was taken, often to a few metres: somebody’s home, a rare plant.',
  },
  {
    kind: 'owner',
    title: 'Names of people',
    text: 'The camera’s owner, the artist, the holder of the copyright.',
  },
  {
    kind: 'serial_number',
    title: 'Serial numbers',
    text: 'The number of a camera or lens, by which pictures of one person are found elsewhere.',
  },
  {
    kind: 'remark',
    title: 'Remarks',
    text: 'Captions, comments, keywords: free text in which anything may stand.',
  },
  {
    kind: 'thumbnail',
    title: 'Small previews',
    text: 'They may still show what was cut away from the picture or covered in it.',
  },
  {
    kind: 'second_picture',
    title: 'Further pictures',
    text: 'Of a second lens, a short film, a map of depth.',
  },
  {
    kind: 'leftover',
    title: 'Other data',
    text: 'Blocks that only a maker’s program knows, or bytes behind the end of the picture.',
  },
  {
    kind: 'time',
    title: 'Times',
    text: 'When the picture was taken. The column “taken_at” still says it.',
  },
];

export interface FoundRow {
  title: string;
  text: string;
  count: number;
}

/** What was found, in the order of how much it tells; what nobody has is left out. */
export function rowsOf(found: Found): FoundRow[] {
  const rows = KINDS.map(({ kind, title, text }) => ({
    title,
    text,
    count: found.counts[kind] ?? 0,
  }));
  if (found.faces !== null) {
    rows.unshift({
      title: 'Faces',
      text: 'In the picture itself, found by a network; it misses some and sees some that are none.',
      count: found.faces,
    });
  }
  return rows.filter(({ count }) => count > 0);
}

export function formOf(privacy: Privacy): Form {
  return {
    coordinates: privacy.coordinates,
    decimals: privacy.decimals,
    faces: privacy.faces,
    keptBack: [...privacy.columns_kept_back],
  };
}

export function differs(form: Form, privacy: Privacy): boolean {
  const before = formOf(privacy);
  const kept = (list: string[]) => JSON.stringify([...list].sort());
  return (
    form.coordinates !== before.coordinates ||
    (form.coordinates === 'coarse' && form.decimals !== before.decimals) ||
    form.faces !== before.faces ||
    kept(form.keptBack) !== kept(before.keptBack)
  );
}

/** What an export does with coordinates, as a sentence. */
export function coordinatesText(form: Form, columns: readonly string[]): string {
  if (columns.length === 0) return 'This dataset has no columns with coordinates yet.';
  const which = columns.join(', ');
  if (form.coordinates === 'exact') return `${which}: exports say exactly where.`;
  if (form.coordinates === 'removed') return `${which}: exports do not have them.`;
  const shown = (47.553429).toFixed(form.decimals);
  return `${which}: 47.553429 becomes ${shown} in exports.`;
}
