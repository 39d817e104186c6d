/** The server's API, typed by its own OpenAPI description (`npm run generate`).
 *
 *     const dataset = await answer(
 *       api.GET('/api/datasets/{dataset}', { params: { path: { dataset } } }),
 *     );
 *
 * A request that fails throws ApiError; there is no `error` to look at. */
import createClient from 'openapi-fetch';
import type { paths } from './schema';
import { Transport } from './transport';

export { ApiError } from './errors';

export const transport = new Transport();

export const api = createClient<paths>({ fetch: transport.send });

/** What the server answered, without the wrapping that openapi-fetch puts around it. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}
