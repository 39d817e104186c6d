/** The server's part in findings and in the trash. Each raises ApiError. */
import { answer, api } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import type { Job } from '$lib/jobs/job';
import type { Case, CaseState } from './cases';
import type { Findings } from './findings';

export type Trashed = components['schemas']['TrashedShape'];

const PAGE = 24;

const at = (dataset: number) => ({ path: { dataset_id: dataset } });

export const loadFindings = (dataset: number): Promise<Findings> =>
  answer(api.GET('/api/datasets/{dataset_id}/findings', { params: at(dataset) }));

export const loadCases = (
  dataset: number,
  finding: string,
  state: CaseState,
  after: number,
): Promise<{ items: Case[]; next: number | null }> =>
  answer(
    api.GET('/api/datasets/{dataset_id}/findings/{finding_id}/cases', {
      params: {
        path: { dataset_id: dataset, finding_id: finding },
        query: { state, after, limit: PAGE },
      },
    }),
  );

/** Keeps the pictures that wait as a selection, which the grid can show. */
export const selectFinding = async (dataset: number, finding: string): Promise<number> => {
  const params = { path: { dataset_id: dataset, finding_id: finding } };
  const made = await answer(
    api.POST('/api/datasets/{dataset_id}/findings/{finding_id}/selection', { params }),
  );
  return made.selection_id;
};

/** Begins a round of checks, or tells of the one that is under way. */
export const startCheck = (dataset: number, question: number | null): Promise<Job> =>
  answer(
    api.POST('/api/datasets/{dataset_id}/check', {
      params: at(dataset),
      body: { question_id: question },
    }),
  );

export interface CaseRef {
  check: string;
  key: string;
}

/** Everything that can be done about cases, and how it is taken back. */
export interface CaseCalls {
  dismiss: (cases: CaseRef[], reason: string) => Promise<void>;
  showAgain: (cases: CaseRef[]) => Promise<void>;
  merge: (groups: { keep: number; picture_ids: number[] }[]) => Promise<number[]>;
  trash: (pictures: number[], reason: string) => Promise<number[]>;
  restore: (pictures: number[]) => Promise<number[]>;
  decide: (decisions: { picture_id: number; choice_id: number }[]) => Promise<number[]>;
  withdraw: (pictures: number[]) => Promise<void>;
  review: (pictures: number[], reason: string) => Promise<void>;
  callBack: (pictures: number[]) => Promise<void>;
}

/** `question` is the one whose labels were checked; without one nothing can be decided. */
export function caseCalls(dataset: number, question: number | null): CaseCalls {
  const params = at(dataset);
  const asked = () => {
    if (question === null) throw new Error('The question that was checked is not asked any more.');
    return { path: { question_id: question } };
  };
  return {
    dismiss: async (cases, reason) => {
      const body = { cases, reason };
      await api.POST('/api/datasets/{dataset_id}/findings/dismiss', { params, body });
    },
    showAgain: async (cases) => {
      await api.POST('/api/datasets/{dataset_id}/findings/show-again', { params, body: { cases } });
    },
    merge: (groups) =>
      pictures(api.POST('/api/datasets/{dataset_id}/findings/merge', { params, body: { groups } })),
    trash: (ids, reason) => inPieces(ids, (piece) => toTrash(dataset, piece, reason)),
    restore: (ids) => inPieces(ids, (piece) => restore(dataset, piece)),
    decide: (decisions) =>
      pictures(
        api.POST('/api/questions/{question_id}/decisions/many', {
          params: asked(),
          body: { decisions },
        }),
      ),
    withdraw: async (ids) => {
      await api.POST('/api/questions/{question_id}/decisions/withdraw', {
        params: asked(),
        body: { picture_ids: ids },
      });
    },
    review: async (ids, reason) => {
      await api.POST('/api/questions/{question_id}/send-to-review', {
        params: asked(),
        body: { picture_ids: ids, reason },
      });
    },
    callBack: async (ids) => {
      await api.POST('/api/questions/{question_id}/call-back', {
        params: asked(),
        body: { picture_ids: ids },
      });
    },
  };
}

export const toTrash = (dataset: number, ids: number[], reason: string): Promise<number[]> =>
  pictures(
    api.POST('/api/datasets/{dataset_id}/trash', {
      params: at(dataset),
      body: { picture_ids: ids, reason },
    }),
  );

export const restore = (dataset: number, ids: number[]): Promise<number[]> =>
  pictures(
    api.POST('/api/datasets/{dataset_id}/trash/restore', {
      params: at(dataset),
      body: { picture_ids: ids },
    }),
  );

export const loadTrash = (
  dataset: number,
  after?: number,
): Promise<{ items: Trashed[]; next: number | null; total: number }> =>
  answer(
    api.GET('/api/datasets/{dataset_id}/trash', {
      params: { ...at(dataset), query: { after, limit: 120 } },
    }),
  );

/** Sends a long list in pieces that one request takes; what was done is done where one fails. */
export async function inPieces(
  ids: readonly number[],
  send: (piece: number[]) => Promise<number[]>,
  size = 1000,
): Promise<number[]> {
  const done: number[] = [];
  for (let start = 0; start < ids.length; start += size) {
    done.push(...(await send(ids.slice(start, start + size))));
  }
  return done;
}

async function pictures(
  sent: Promise<{ data?: { picture_ids: number[] } | undefined }>,
): Promise<number[]> {
  return (await sent).data?.picture_ids ?? [];
}
