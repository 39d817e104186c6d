/** The server's part in reviewing one question. Each raises ApiError. */
import { answer, api, ApiError } from '$lib/api/client';
import type { Label, Picture, PictureDetail } from '$lib/pictures/picture';
import type { Outcome, ReviewCalls } from './decisions';
import type { QueueLoader } from './queue';

const PAGE = 60;

export function reviewCalls(question: number): ReviewCalls {
  const path = { question_id: question };
  return {
    decide: (body) =>
      answer(api.POST('/api/questions/{question_id}/decisions', { params: { path }, body })),
    setGold: (body) =>
      answer(api.POST('/api/questions/{question_id}/gold', { params: { path }, body })),
    removeGold: async (picture) => {
      await api.DELETE('/api/questions/{question_id}/gold/{picture_id}', {
        params: { path: { ...path, picture_id: picture } },
      });
    },
    answer: async (body) => {
      const { items } = await answer(
        api.POST('/api/questions/{question_id}/answers', {
          params: { path },
          body: { answers: [body] },
        }),
      );
      const outcome = items[0] as Outcome;
      if (outcome.status === 'refused') {
        throw new ApiError(422, outcome.code ?? 'refused', outcome.message ?? 'It was refused.');
      }
      return outcome;
    },
  };
}

/** Puts a picture back into the queue for one more answer. */
export async function askAgain(question: number, picture: number): Promise<void> {
  await api.POST('/api/questions/{question_id}/ask-again', {
    params: { path: { question_id: question } },
    body: { picture_ids: [picture] },
  });
}

/** The known-answer pictures of a question. */
export async function goldOf(question: number): Promise<Set<number>> {
  const found = await answer(
    api.GET('/api/questions/{question_id}/gold', { params: { path: { question_id: question } } }),
  );
  return new Set(found.map(({ picture_id }) => picture_id));
}

/** The pictures of a question that wait for a reviewer, the least certain ones first. */
export function queueLoader(dataset: number, question: number): QueueLoader<Picture> {
  const path = { dataset_id: dataset };
  return {
    page: async (after) => {
      const page = await answer(
        api.GET('/api/datasets/{dataset_id}/pictures', {
          params: {
            path,
            query: {
              question,
              state: 'review',
              sort: 'certainty',
              after: after ?? undefined,
              limit: PAGE,
            },
          },
        }),
      );
      return { items: page.items, next: page.next ?? null };
    },
    count: () => countWaiting(dataset, question),
  };
}

/** How many pictures of a question wait for a reviewer. */
export async function countWaiting(dataset: number, question: number): Promise<number> {
  const marks = await answer(
    api.GET('/api/datasets/{dataset_id}/pictures/marks', {
      params: {
        path: { dataset_id: dataset },
        query: { question, state: 'review', sort: 'certainty', every: 500 },
      },
    }),
  );
  return marks.total;
}

export const loadDetail = (picture: number): Promise<PictureDetail> =>
  answer(api.GET('/api/pictures/{picture_id}', { params: { path: { picture_id: picture } } }));

/** A picture with everything that is known about it, as a list of pictures has it. */
export function listed(detail: PictureDetail, question: number): Picture {
  const { id, name, sha256, width, height, group, part } = detail;
  return {
    id,
    name,
    sha256,
    width,
    height,
    group,
    part,
    label: labelOf(detail, question),
    flagged: detail.flags.some(({ cleared_at }) => cleared_at === null),
    hidden: false,
  };
}

export const labelOf = (detail: PictureDetail, question: number): Label | null =>
  detail.labels.find(({ question_id }) => question_id === question)?.label ?? null;
