/** What the pages of a dataset's pictures need to know of it. */
import { answer, api } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import { datasets, type Dataset } from '$lib/session/datasets.svelte';
import type { Question } from './picture';

export type Column = components['schemas']['ColumnShape'];

export interface DatasetFacts {
  dataset: Dataset;
  /** Those that are asked now, in their order. */
  questions: Question[];
}

/** Raises: ApiError, 404 where there is none or it is out of reach. */
export async function loadFacts(dataset: number): Promise<DatasetFacts> {
  const params = { path: { dataset_id: dataset } };
  const [found, questions] = await Promise.all([
    answer(api.GET('/api/datasets/{dataset_id}', { params })),
    answer(api.GET('/api/datasets/{dataset_id}/questions', { params })),
  ]);
  datasets.put(found);
  return { dataset: found, questions };
}

/** Raises: ApiError. */
export async function loadColumns(dataset: number): Promise<Column[]> {
  const params = { path: { dataset_id: dataset } };
  return (await answer(api.GET('/api/datasets/{dataset_id}/columns', { params }))).items;
}

/** The question whose labels are shown: the one that is asked for, or the first. */
export function questionOf(
  questions: readonly Question[],
  wanted: number | null | undefined,
): Question | undefined {
  return questions.find(({ id }) => id === wanted) ?? (wanted == null ? questions[0] : undefined);
}

/** Whether somebody sees what others answered only after their own answer. */
export const isBlind = (question: Question | undefined, role: Dataset['role']): boolean =>
  role === 'annotator' && question?.settings.blind === true;
