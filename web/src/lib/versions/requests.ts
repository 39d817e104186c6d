/** What the server knows of a dataset's versions. Each raises ApiError. */
import { answer, api } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import type { Job } from '$lib/jobs/job';

export type Version = components['schemas']['VersionShape'];
export type VersionDetail = components['schemas']['VersionDetail'];
export type Diff = components['schemas']['DiffPage'];
export type Change = components['schemas']['ChangeShape'];
export type ChangeLine = components['schemas']['ChangeLine'];
export type Kind = ChangeLine['kind'];
export type Plan = components['schemas']['RestorationShape'];

export interface FreezeChoices {
  note: string;
  divide: boolean;
  question: string | null;
}

export async function fetchVersions(dataset: number): Promise<Version[]> {
  const params = { path: { dataset_id: dataset } };
  return (await answer(api.GET('/api/datasets/{dataset_id}/versions', { params }))).items;
}

export const fetchVersion = (dataset: number, version: number): Promise<VersionDetail> =>
  answer(
    api.GET('/api/datasets/{dataset_id}/versions/{version}', {
      params: { path: { dataset_id: dataset, version } },
    }),
  );

export const fetchDiff = (
  dataset: number,
  query: { before: string; after: string; kind?: Kind[]; offset?: number; limit?: number },
): Promise<Diff> =>
  answer(
    api.GET('/api/datasets/{dataset_id}/diff', {
      params: { path: { dataset_id: dataset }, query },
    }),
  );

export const freeze = (dataset: number, body: FreezeChoices): Promise<Job> =>
  answer(
    api.POST('/api/datasets/{dataset_id}/versions', {
      params: { path: { dataset_id: dataset } },
      body: { resplit: false, ...body },
    }),
  );

export const fetchPlan = (dataset: number, version: number): Promise<Plan> =>
  answer(
    api.GET('/api/datasets/{dataset_id}/versions/{version}/restoration', {
      params: { path: { dataset_id: dataset, version } },
    }),
  );

export const restore = (dataset: number, version: number): Promise<Job> =>
  answer(
    api.POST('/api/datasets/{dataset_id}/versions/{version}/restoration', {
      params: { path: { dataset_id: dataset, version } },
    }),
  );
