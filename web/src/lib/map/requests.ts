/** What a map asks of the server. Each of the calls raises ApiError. */
import { answer, api, transport } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import type { AnswerOutcome, NewAnswer } from '$lib/grid-page/answering';
import type { Picture, PictureDetail } from '$lib/pictures/picture';
import { readColours, readPoints, type MapColours, type MapPoints } from './map-bytes';

export type MapStatus = components['schemas']['MapShape'];
export type Layout = MapStatus['layouts'][number]['name'];

const IN_ONE = 1000;

/** What comes as bytes, and which set of pictures it is about. */
interface About<T> {
  found: T;
  pictures: string;
}

async function bytes<T>(url: string, read: (bytes: ArrayBuffer) => T): Promise<About<T>> {
  const response = await transport.send(url);
  const found = read(await response.arrayBuffer());
  return { found, pictures: response.headers.get('X-Map-Pictures') ?? '' };
}

export const server = {
  status: (dataset_id: number): Promise<MapStatus> =>
    answer(api.GET('/api/datasets/{dataset_id}/map', { params: { path: { dataset_id } } })),

  make: (dataset_id: number, question_id: number | null) => {
    const params = { path: { dataset_id } };
    return answer(api.POST('/api/datasets/{dataset_id}/map', { params, body: { question_id } }));
  },

  points: (dataset: number, layout: Layout): Promise<About<MapPoints>> =>
    bytes(`/api/datasets/${dataset}/map/points?layout=${layout}`, readPoints),

  colours: (dataset: number, by: string, question: number | null): Promise<About<MapColours>> => {
    const query = new URLSearchParams({ by });
    if (question !== null) query.set('question', String(question));
    return bytes(`/api/datasets/${dataset}/map/colours?${query}`, readColours);
  },

  picture: (picture_id: number): Promise<PictureDetail> =>
    answer(api.GET('/api/pictures/{picture_id}', { params: { path: { picture_id } } })),

  find: async (dataset_id: number, text: string, question?: number): Promise<Picture[]> => {
    const params = { path: { dataset_id }, query: { text, question, limit: 20 } };
    return (await answer(api.GET('/api/datasets/{dataset_id}/pictures', { params }))).items;
  },

  /** The first pictures of a selection, by name. */
  listed: async (dataset_id: number, selection: number, question?: number): Promise<Picture[]> => {
    const params = { path: { dataset_id }, query: { selection, question, limit: 200 } };
    return (await answer(api.GET('/api/datasets/{dataset_id}/pictures', { params }))).items;
  },

  select: async (dataset_id: number, picture_ids: number[]): Promise<number> => {
    const params = { path: { dataset_id } };
    const body = { picture_ids };
    return (await answer(api.POST('/api/datasets/{dataset_id}/selections', { params, body }))).id;
  },

  give: async (question_id: number, answers: NewAnswer[]): Promise<AnswerOutcome[]> => {
    const params = { path: { question_id } };
    const call = api.POST('/api/questions/{question_id}/answers', { params, body: { answers } });
    return (await answer(call)).items;
  },

  /** Returns those that wait for a reviewer now and did not before. */
  sendToReview: (question_id: number, picture_ids: number[]): Promise<number[]> =>
    inParts(picture_ids, async (part) => {
      const params = { path: { question_id } };
      const body = { picture_ids: part, reason: 'Chosen on the map.' };
      const call = api.POST('/api/questions/{question_id}/send-to-review', { params, body });
      return (await answer(call)).picture_ids;
    }),

  callBack: (question_id: number, picture_ids: number[]): Promise<number[]> =>
    inParts(picture_ids, async (part) => {
      const params = { path: { question_id } };
      const body = { picture_ids: part };
      const call = api.POST('/api/questions/{question_id}/call-back', { params, body });
      return (await answer(call)).picture_ids;
    }),
};

export type MapCalls = typeof server;

async function inParts(
  ids: readonly number[],
  send: (part: number[]) => Promise<number[]>,
): Promise<number[]> {
  const done: number[] = [];
  for (let start = 0; start < ids.length; start += IN_ONE) {
    done.push(...(await send(ids.slice(start, start + IN_ONE))));
  }
  return done;
}
