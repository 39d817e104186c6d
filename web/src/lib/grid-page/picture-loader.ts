/** The pictures of a dataset that a filter lets through, from the server. */
import { answer, api } from '$lib/api/client';
import type { Picture } from '$lib/pictures/picture';
import type { GridFilter } from './filter';
import type { PictureLoader } from './grid-pages';

export function pictureLoader(dataset: number, filter: GridFilter): PictureLoader<Picture> {
  const path = { dataset_id: dataset };
  return {
    page: (after, limit, signal) =>
      answer(
        api.GET('/api/datasets/{dataset_id}/pictures', {
          params: { path, query: { ...filter, after: after ?? undefined, limit } },
          signal,
        }),
      ),
    marks: (every) =>
      answer(
        api.GET('/api/datasets/{dataset_id}/pictures/marks', {
          params: { path, query: { ...filter, every } },
        }),
      ),
  };
}

/** The pictures with a flag that nobody has cleared: at most the first 500 in order of names. */
export async function flaggedPictures(dataset: number): Promise<Set<number>> {
  const { items } = await answer(
    api.GET('/api/datasets/{dataset_id}/pictures', {
      params: { path: { dataset_id: dataset }, query: { flagged: true, limit: 500 } },
    }),
  );
  return new Set(items.map(({ id }) => id));
}
