/** Addresses, files and words of the search by picture. */
import type { Question } from '$lib/pictures/picture';
import { atLeast, type Role } from '$lib/session/roles';
import type { SimilarPictures } from './requests';

/** How many pictures a search may show. */
export const COUNTS = [50, 100, 200, 500] as const;
const DEFAULT_COUNT = 100;

/** What the page is asked by its address; what is not understood is left out. */
export interface AskedFor {
  picture: number | null;
  question: number | null;
  count: number;
  /** Whether a file was asked about, which the address cannot hold. */
  file: boolean;
}

export function readAsked(query: URLSearchParams): AskedFor {
  const count = Number(query.get('count'));
  return {
    picture: idOf(query.get('picture')),
    question: idOf(query.get('question')),
    count: COUNTS.find((one) => one === count) ?? DEFAULT_COUNT,
    file: query.has('file') && !query.has('picture'),
  };
}

const idOf = (text: string | null): number | null =>
  text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;

/** Where the pictures are that look like one; without a picture, where one can be given. */
export function similarHref(dataset: number, picture?: number, question?: number): string {
  const query = new URLSearchParams();
  if (picture !== undefined) query.set('picture', String(picture));
  if (question !== undefined) query.set('question', String(question));
  return `/datasets/${dataset}/similar${query.size === 0 ? '' : `?${query}`}`;
}

/** Where pages of pictures like one are labelled; null where they cannot be. */
export function labelHref(
  dataset: number,
  picture: number,
  question: Question | undefined,
  role: Role | null,
): string | null {
  const paged = question?.kind === 'single' && question.settings.suggestions;
  if (!paged || !atLeast(role, 'annotator')) return null;
  const query = new URLSearchParams({
    question: String(question.id),
    mode: 'pages',
    order: 'similar',
    like: String(picture),
  });
  return `/datasets/${dataset}/label?${query}`;
}

/** The first of several files that can be a picture, by its type or, where that is not known, by
 * not having one of something else. */
export function firstPicture<F extends { type: string }>(files: readonly F[]): F | undefined {
  const known = files.find(({ type }) => type.startsWith('image/'));
  return known ?? files.find(({ type }) => type === '' || type === 'application/octet-stream');
}

/** How alike two pictures are, from -1 to 1; never `1.00` for what is not quite equal. */
export function cosineText(cosine: number): string {
  const shown = cosine < 1 ? Math.min(cosine, 0.999) : 1;
  const digits = shown > 0.99 && shown < 1 ? 3 : 2;
  return shown.toFixed(digits).replace(/^-(0\.0+)$/, '$1');
}

const counted = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'picture' : 'pictures'}`;

/** `The 100 most similar of 1,204 pictures`, or what else there is to say of the count. */
export function foundText({ items, compared }: SimilarPictures): string {
  if (compared === 0) return 'There is no other picture to compare with';
  if (items.length >= compared) return `${counted(items.length)}, the most similar first`;
  return `The ${items.length.toLocaleString('en')} most similar of ${counted(compared)}`;
}

/** What is said of pictures that were not compared; null where there are none. */
export function missingText(missing: number): string | null {
  if (missing === 0) return null;
  return missing === 1
    ? '1 picture was not compared: it is not prepared yet.'
    : `${counted(missing)} were not compared: they are not prepared yet.`;
}
