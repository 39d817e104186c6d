/** The accounts of a server and the links to it, for administrators. Each raises ApiError. */
import { answer, api } from '$lib/api/client';
import type { components } from '$lib/api/schema';

export type User = components['schemas']['User'];
export type UserChange = components['schemas']['UserChange'];
export type Invitation = components['schemas']['Invitation'];
export type NewInvitation = components['schemas']['NewInvitation'];
export type MadeLink = components['schemas']['MadeLink'];

export const fetchUsers = async (): Promise<User[]> => (await answer(api.GET('/api/users'))).items;

export const fetchInvitations = async (): Promise<Invitation[]> =>
  (await answer(api.GET('/api/invitations'))).items;

export const changeUser = (id: number, body: UserChange): Promise<User> =>
  answer(api.PATCH('/api/users/{user_id}', { params: { path: { user_id: id } }, body }));

/** What the link is shows in this answer only, as for an invitation. */
export const makeResetLink = (id: number): Promise<MadeLink> =>
  answer(api.POST('/api/users/{user_id}/reset', { params: { path: { user_id: id } } }));

export const invite = (body: NewInvitation): Promise<MadeLink> =>
  answer(api.POST('/api/invitations', { body }));

export async function withdraw(id: number): Promise<void> {
  await api.DELETE('/api/invitations/{invitation_id}', {
    params: { path: { invitation_id: id } },
  });
}
