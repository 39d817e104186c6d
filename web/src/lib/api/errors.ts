/** The one error shape of the server, `{ error: { code, message, details? } }`, as an exception. */

/** What the server says of a write whose CSRF token is not that of the session. */
export const CSRF_WRONG = 'csrf_token_wrong';

/** A request that did not bring what was asked for.
 *
 * `status` is 0 where no answer came at all (`code` is then `unreachable` or `aborted`). */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: unknown = undefined,
  ) {
    super(message);
  }

  /** True where the same request may well succeed later: no answer, overload, a server fault, or
   * a token that has been replaced, which is fetched anew before the next write. */
  get passing(): boolean {
    return (
      this.code === 'unreachable' ||
      this.code === CSRF_WRONG ||
      this.status === 408 ||
      this.status === 425 ||
      this.status === 429 ||
      this.status >= 500
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The error that an answer of 400 and above stands for, whatever its body holds. */
export async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body) && isRecord(body.error)) {
      const { code, message, details } = body.error;
      if (typeof code === 'string' && typeof message === 'string') {
        return new ApiError(response.status, code, message, details);
      }
    }
  } catch {
    // Not JSON: something between the browser and the server has answered in its place.
  }
  return new ApiError(
    response.status,
    'unexpected_answer',
    `The server answered ${response.status} ${response.statusText}`.trim() +
      ' without saying why. Try again; if it stays, tell who runs this server.',
  );
}

/** The error for a request that got no answer. */
export function errorOfFailure(cause: unknown): ApiError {
  if (cause instanceof DOMException && cause.name === 'AbortError') {
    return new ApiError(0, 'aborted', 'The request was called off.');
  }
  return new ApiError(
    0,
    'unreachable',
    'The server cannot be reached. Check the network, and that Fieldguide is running.',
  );
}
