/** What the search by picture asks of the server. Each of the calls raises ApiError. */
import { answer, api, transport } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import type { Job } from '$lib/jobs/job';

export type SimilarPictures = components['schemas']['SimilarPictures'];
export type SimilarPicture = SimilarPictures['items'][number];

/** What the server says of a picture that it cannot compare yet. */
export const NOT_EMBEDDED = 'not_embedded';

export interface Wish {
  /** The question whose labels come with the pictures. */
  question?: number;
  limit: number;
  signal?: AbortSignal;
}

export const server = {
  similarTo: (picture_id: number, { signal, ...query }: Wish): Promise<SimilarPictures> => {
    const params = { path: { picture_id }, query };
    return answer(api.GET('/api/pictures/{picture_id}/similar', { params, signal }));
  },

  similarToFile: (
    dataset: number,
    file: Blob,
    { question, limit, signal }: Wish,
  ): Promise<SimilarPictures> => {
    const query = new URLSearchParams({ limit: String(limit) });
    if (question !== undefined) query.set('question', String(question));
    // The body is the file itself, which the description of the API has no type for.
    return transport.json(`/api/datasets/${dataset}/similar?${query}`, {
      method: 'POST',
      body: file,
      headers: { 'Content-Type': 'application/octet-stream' },
      signal,
    });
  },
};

export type SimilarCalls = typeof server;

/** Has the vectors computed of all pictures that have none. */
export function prepare(dataset_id: number): Promise<Job> {
  const params = { path: { dataset_id } };
  const call = api.POST('/api/datasets/{dataset_id}/jobs', { params, body: { name: 'embed' } });
  return answer(call);
}
