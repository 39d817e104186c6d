/** Exports and imports of labels. Each raises ApiError. */
import { answer, api, transport } from '$lib/api/client';
import type { GridFilter } from '$lib/grid-page/filter';
import { jobWatch } from '$lib/jobs/job-watch.svelte';
import type { Job } from '$lib/jobs/job';
import type { LabelFormat, NewExport } from './formats';

export const fetchFormats = (): Promise<LabelFormat[]> => answer(api.GET('/api/label-formats'));

/** How many pictures a filter lets through. */
export async function countPictures(dataset: number, filter: GridFilter): Promise<number> {
  const { total } = await answer(
    api.GET('/api/datasets/{dataset_id}/pictures/marks', {
      params: { path: { dataset_id: dataset }, query: { ...filter, every: 500 } },
    }),
  );
  return total;
}

/** Begins an export of the pictures that a filter lets through. */
export async function beginExport(
  dataset: number,
  filter: GridFilter,
  order: NewExport,
): Promise<Job> {
  const job = await answer(
    api.POST('/api/datasets/{dataset_id}/exports', {
      params: { path: { dataset_id: dataset }, query: filter },
      body: order,
    }),
  );
  return watched(job);
}

/** Sends a file of labels and begins its import; without a format the server recognises it. */
export async function beginImport(dataset: number, file: File, format: string): Promise<Job> {
  const query = new URLSearchParams({ name: file.name });
  if (format !== '') query.set('format', format);
  const job = await transport.json<Job>(`/api/datasets/${dataset}/label-imports?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: file,
  });
  return watched(job);
}

export const downloadOf = ({ id }: Pick<Job, 'id'>): string => `/api/exports/${id}/download`;

function watched(job: Job): Job {
  jobWatch.take(job);
  jobWatch.now();
  return job;
}
