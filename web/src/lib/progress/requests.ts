/** What the server knows of how a question stands, and of how far people agree on it. Each raises
 * ApiError. */
import { answer, api } from '$lib/api/client';
import type { components } from '$lib/api/schema';

export type Progress = components['schemas']['ProgressShape'];
export type Person = components['schemas']['PersonShape'];
export type Day = components['schemas']['DayShape'];
export type Agreement = components['schemas']['AgreementShape'];
export type Figure = components['schemas']['FigureShape'];
export type ClassAgreement = components['schemas']['ClassAgreementShape'];
export type Pair = components['schemas']['PairShape'];
export type Annotator = components['schemas']['AnnotatorShape'];
export type AgreementDay = components['schemas']['DayAgreement'];
export type UsefulPicture = components['schemas']['UsefulPicture'];
export type Stopping = components['schemas']['StoppingShape'];
export type Forecast = components['schemas']['ForecastShape'];
export type CurvePoint = components['schemas']['CurvePoint'];

const paramsOf = (question: number) => ({ path: { question_id: question } });

export const fetchProgress = (question: number): Promise<Progress> =>
  answer(api.GET('/api/questions/{question_id}/progress', { params: paramsOf(question) }));

/** Null where nobody has answered yet, and for questions that agreement is not computed for. */
export const fetchAgreement = (question: number): Promise<Agreement | null> =>
  answer(api.GET('/api/questions/{question_id}/agreement', { params: paramsOf(question) }));

/** How good a model of the labels is; measured when asked for, which can take some seconds. */
export const fetchStopping = (question: number): Promise<Stopping> =>
  answer(api.GET('/api/questions/{question_id}/stopping', { params: paramsOf(question) }));

/** The pictures about which one more answer tells most, the best first. */
export async function fetchMostUseful(question: number, limit: number): Promise<UsefulPicture[]> {
  const found = await answer(
    api.GET('/api/questions/{question_id}/most-useful', {
      params: { ...paramsOf(question), query: { limit } },
    }),
  );
  return [...found].sort((a, b) => b.gain - a.gain || a.picture_id - b.picture_id);
}

/** Puts pictures back into the queue for one more answer each. */
export async function askAgain(question: number, pictures: readonly number[]): Promise<void> {
  await api.POST('/api/questions/{question_id}/ask-again', {
    params: paramsOf(question),
    body: { picture_ids: [...pictures] },
  });
}
