import createClient from 'openapi-fetch';
import { describe, expect, it } from 'vitest';
import { ApiError } from './errors';
import { newKey } from './key';
import { Transport } from './transport';

const HOST = 'http://server.test';

function transportThat(answer: (request: Request) => Response | Promise<Response>) {
  const seen: Request[] = [];
  const transport = new Transport({
    fetch: async (request) => {
      seen.push(request);
      return answer(request);
    },
  });
  return { transport, seen };
}

async function errorFrom(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

describe('Transport', () => {
  it('sends the token of /api/me with writes only, and a new key with each write', async () => {
    const { transport, seen } = transportThat(() => Response.json({ csrf_token: 't0k' }));
    await transport.send(`${HOST}/api/me`);
    await transport.send(`${HOST}/api/datasets`);
    await transport.send(`${HOST}/api/datasets`, { method: 'POST', body: '{}' });
    await transport.send(`${HOST}/api/datasets`, { method: 'DELETE' });
    expect(seen.map((request) => request.headers.get('X-CSRF-Token'))).toEqual([
      null,
      null,
      't0k',
      't0k',
    ]);
    const keys = seen.map((request) => request.headers.get('Idempotency-Key'));
    expect(keys.slice(0, 2)).toEqual([null, null]);
    expect(keys[2]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[3]).not.toBe(keys[2]);
    expect(seen.every((request) => request.credentials === 'same-origin')).toBe(true);
  });

  it('fetches the token once before the first writes', async () => {
    const { transport, seen } = transportThat(() => Response.json({ csrf_token: 't0k' }));
    const write = () => transport.send(`${HOST}/api/votes`, { method: 'POST' });
    await Promise.all([write(), write()]);
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
    expect(seen.at(-1)?.headers.get('X-CSRF-Token')).toBe('t0k');
  });

  it('sends a write without a token where nobody is signed in, and says so once', async () => {
    const body = { error: { code: 'signed_out', message: 'Sign in.' } };
    const { transport, seen } = transportThat(() => Response.json(body, { status: 401 }));
    const told: string[] = [];
    transport.onSignedOut = ({ code }) => told.push(code);
    await errorFrom(transport.send(`${HOST}/api/votes`, { method: 'POST' }));
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(told).toEqual(['signed_out']);
  });

  it('fetches another token after one was refused', async () => {
    const tokens = ['old', 'new'];
    const { transport, seen } = transportThat((request) => {
      if (request.method === 'GET') return Response.json({ csrf_token: tokens.shift() });
      if (request.headers.get('X-CSRF-Token') === 'new') return Response.json({});
      return Response.json(
        { error: { code: 'csrf_token_wrong', message: 'No.' } },
        { status: 403 },
      );
    });
    const write = () => transport.send(`${HOST}/api/votes`, { method: 'POST' });
    expect((await errorFrom(write())).passing).toBe(true);
    expect((await write()).status).toBe(200);
    expect(seen).toHaveLength(4);
  });

  it('leaves a key alone that the caller chose', async () => {
    const { transport, seen } = transportThat(() => new Response(null, { status: 204 }));
    const headers = { 'Idempotency-Key': 'mine' };
    await transport.send(`${HOST}/api/votes`, { method: 'POST', headers });
    expect(seen.at(-1)?.headers.get('Idempotency-Key')).toBe('mine');
  });

  it('turns the error shape into an ApiError', async () => {
    const body = { error: { code: 'unknown_dataset', message: 'No.', details: { near: 'leaf' } } };
    const { transport } = transportThat(() => Response.json(body, { status: 404 }));
    const error = await errorFrom(transport.send(`${HOST}/api/datasets/leaves`));
    expect(error).toMatchObject({
      status: 404,
      code: 'unknown_dataset',
      message: 'No.',
      details: { near: 'leaf' },
      passing: false,
    });
  });

  it.each([
    ['text', new Response('Bad gateway', { status: 502 })],
    ['nothing', new Response(null, { status: 500 })],
    ['another shape', Response.json({ detail: 'x' }, { status: 503 })],
  ])('copes with an error that is %s', async (_, response) => {
    const { transport } = transportThat(() => response);
    const error = await errorFrom(transport.send(`${HOST}/api/x`));
    expect(error.code).toBe('unexpected_answer');
    expect(error.status).toBe(response.status);
    expect(error.passing).toBe(true);
  });

  it('tells no answer from a call that was called off', async () => {
    const { transport } = transportThat(() => {
      throw new TypeError('Failed to fetch');
    });
    const lost = await errorFrom(transport.send(`${HOST}/api/x`));
    expect(lost).toMatchObject({ status: 0, code: 'unreachable', passing: true });
    const off = transportThat(() => {
      throw new DOMException('stop', 'AbortError');
    });
    const aborted = await errorFrom(off.transport.send(`${HOST}/api/x`));
    expect(aborted).toMatchObject({ status: 0, code: 'aborted', passing: false });
  });

  it('says 401 to who asked to be told, and throws', async () => {
    const body = { error: { code: 'signed_out', message: 'Sign in.' } };
    const { transport } = transportThat(() => Response.json(body, { status: 401 }));
    const told: string[] = [];
    transport.onSignedOut = (error) => told.push(error.code);
    await errorFrom(transport.json(`${HOST}/api/me`));
    expect(told).toEqual(['signed_out']);
  });

  it('carries openapi-fetch', async () => {
    const { transport, seen } = transportThat(() => Response.json({ name: 'leaves' }));
    interface Paths {
      '/api/datasets/{dataset}': {
        get: {
          parameters: { path: { dataset: string } };
          responses: { 200: { content: { 'application/json': { name: string } } } };
        };
      };
    }
    const client = createClient<Paths>({ baseUrl: HOST, fetch: transport.send });
    const { data } = await client.GET('/api/datasets/{dataset}', {
      params: { path: { dataset: 'a b' } },
    });
    expect(data).toEqual({ name: 'leaves' });
    expect(seen[0]?.url).toBe(`${HOST}/api/datasets/a%20b`);
  });
});

describe('newKey', () => {
  it('never repeats in a thousand', () => {
    expect(new Set(Array.from({ length: 1000 }, newKey)).size).toBe(1000);
  });
});
