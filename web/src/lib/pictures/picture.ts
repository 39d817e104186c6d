/** Pictures as the API tells of them, and the addresses of their bytes. */
import type { components } from '$lib/api/schema';

export type Picture = components['schemas']['PictureShape'];
export type PictureDetail = components['schemas']['PictureDetail'];
export type Label = components['schemas']['LabelShape'];
export type Question = components['schemas']['QuestionShape'];
export type Choice = components['schemas']['ChoiceShape'];
export type Vote = components['schemas']['VoteShape'];
export type Verdict = Vote['verdict'];

type Named = Pick<Picture, 'id' | 'sha256'>;

/** A JPEG of at most 256 px a side. The address holds the hash, so it is fetched only once. */
export const thumbnailOf = ({ id, sha256 }: Named): string =>
  `/api/pictures/${id}/thumbnail/${sha256}`;

/** The picture itself, in a format that browsers show. */
export const imageOf = ({ id, sha256 }: Named): string => `/api/pictures/${id}/image/${sha256}`;

/** What stands after the last `/`: folders are told elsewhere. */
export const fileName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
