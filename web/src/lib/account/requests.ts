/** One's own API tokens. Each raises ApiError. */
import { answer, api } from '$lib/api/client';
import type { components } from '$lib/api/schema';

export type Token = components['schemas']['Token'];
export type MadeToken = components['schemas']['MadeToken'];
export type NewToken = components['schemas']['NewToken'];
export type Scope = Token['scopes'][number];

export const fetchTokens = async (): Promise<Token[]> =>
  (await answer(api.GET('/api/tokens'))).items;

/** What it is shows in this answer only. */
export const makeToken = (body: NewToken): Promise<MadeToken> =>
  answer(api.POST('/api/tokens', { body }));

export async function revokeToken(id: number): Promise<void> {
  await api.DELETE('/api/tokens/{token_id}', { params: { path: { token_id: id } } });
}
