/** Forgetting pictures for good. Each raises ApiError. */
import { answer, api } from '$lib/api/client';
import { jobWatch } from '$lib/jobs/job-watch.svelte';
import type { Job } from '$lib/jobs/job';
import type { Footprint } from './footprint-words';

export const MOST_FORGOTTEN = 1000;

export function previewForgetting(dataset: number, pictures: number[]): Promise<Footprint> {
  return answer(
    api.POST('/api/datasets/{dataset_id}/forget/preview', {
      params: { path: { dataset_id: dataset } },
      body: { picture_ids: pictures },
    }),
  );
}

export async function forgetPictures(
  dataset: number,
  pictures: number[],
  reason: string,
): Promise<Job> {
  const job: Job = await answer(
    api.POST('/api/datasets/{dataset_id}/forget', {
      params: { path: { dataset_id: dataset } },
      body: { picture_ids: pictures, reason },
    }),
  );
  jobWatch.take(job);
  jobWatch.now();
  return job;
}
