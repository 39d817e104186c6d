/** How every request leaves the app: one place for credentials, keys and errors. */
import { ApiError, CSRF_WRONG, errorOf, errorOfFailure } from './errors';
import { newKey } from './key';

type Fetch = (request: Request) => Promise<Response>;

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface TransportOptions {
  /** What performs the request; the browser's own `fetch` unless told otherwise. */
  fetch?: Fetch;
  /** Told when the server says 401, before the error is thrown. */
  onSignedOut?: (error: ApiError) => void;
}

/** Adds to each request what the server asks of a browser, and turns each failure into ApiError.
 *
 * The CSRF value comes with `GET /api/me` (`csrf_token`), is kept in memory only and sent with
 * each write; a write that comes before it fetches it first. Each write also carries an `Idempotency-Key`, so that sending it again stores
 * nothing twice; give one yourself to send the same write again. */
export class Transport {
  csrfToken: string | null = null;
  onSignedOut: ((error: ApiError) => void) | null;
  #fetch: Fetch;
  #asking: Promise<void> | null = null;

  constructor({ fetch, onSignedOut }: TransportOptions = {}) {
    this.#fetch = fetch ?? ((request) => globalThis.fetch(request));
    this.onSignedOut = onSignedOut ?? null;
  }

  /** Sends a request and returns its answer, which is always one below 400.
   *
   * Raises: ApiError. */
  readonly send = async (input: Request | string | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, { credentials: 'same-origin', ...init });
    if (!READS.has(request.method)) {
      if (this.csrfToken === null) await this.#fetchToken(request);
      if (this.csrfToken !== null) request.headers.set('X-CSRF-Token', this.csrfToken);
      if (!request.headers.has('Idempotency-Key')) {
        request.headers.set('Idempotency-Key', newKey());
      }
    }
    let response: Response;
    try {
      response = await this.#fetch(request);
    } catch (cause) {
      throw errorOfFailure(cause);
    }
    if (response.status >= 400) {
      const error = await errorOf(response);
      if (error.code === CSRF_WRONG) this.csrfToken = null;
      if (error.status === 401) this.onSignedOut?.(error);
      throw error;
    }
    if (request.method === 'GET' && new URL(request.url).pathname === '/api/me') {
      await this.#keepToken(response.clone());
    }
    return response;
  };

  /** `send`, with the answer read as JSON. */
  async json<T>(input: Request | string | URL, init?: RequestInit): Promise<T> {
    const response = await this.send(input, init);
    try {
      return (await response.json()) as T;
    } catch {
      throw new ApiError(
        response.status,
        'unexpected_answer',
        'The server answered with something that is not JSON.',
      );
    }
  }

  /** Where nobody is signed in there is no token, and the write itself is told so or needs none. */
  async #fetchToken(before: Request): Promise<void> {
    const me = new Request(new URL('/api/me', before.url), {
      credentials: 'same-origin',
      signal: before.signal,
    });
    this.#asking ??= this.#fetch(me)
      .then((response) => this.#keepToken(response))
      .catch(() => undefined)
      .finally(() => (this.#asking = null));
    await this.#asking;
  }

  async #keepToken(response: Response): Promise<void> {
    const body: unknown = await response.json().catch(() => null);
    if (typeof body === 'object' && body !== null && 'csrf_token' in body) {
      this.csrfToken = typeof body.csrf_token === 'string' ? body.csrf_token : null;
    }
  }
}
