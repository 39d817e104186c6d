/** Who is signed in, for the whole app. */
import { answer, api, ApiError, transport } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import { Transport } from '$lib/api/transport';

export type Me = components['schemas']['Me'];
export type InvitationShown = components['schemas']['InvitationShown'];

/** Asks without leading anybody to the page for signing in. */
const quiet = new Transport();

class Session {
  #me = $state.raw<Me | null>(null);
  #asking: Promise<Me | null> | null = null;

  /** Null while nobody is signed in, and until the server has been asked. */
  get me(): Me | null {
    return this.#me;
  }

  /** Asks the server once who is signed in; later calls wait for the same answer.
   *
   * Raises: ApiError where the server cannot be reached; then the next call asks again. */
  look(): Promise<Me | null> {
    if (this.#me !== null) return Promise.resolve(this.#me);
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** In whose name a request would go out now; null where nobody is signed in. Raises: ApiError. */
  async currentName(): Promise<string | null> {
    // Without the token of the session it is not known any more whose session that is.
    if (transport.csrfToken === null) await this.refresh();
    return this.#me?.name ?? null;
  }

  /** Asks again, after something has changed what the person may do. */
  async refresh(): Promise<void> {
    this.take(await answer(api.GET('/api/me')));
  }

  /** Raises: ApiError, with the words for the person. */
  async signIn(name: string, password: string): Promise<Me> {
    return this.take(await answer(api.POST('/api/session', { body: { name, password } })));
  }

  /** Raises: ApiError. */
  async signOut(): Promise<void> {
    await api.DELETE('/api/session');
    this.forget();
  }

  /** Takes the server's word for who is signed in now. */
  take(me: Me): Me {
    this.#me = me;
    transport.csrfToken = me.csrf_token;
    return me;
  }

  /** Notes that nobody is signed in any more. */
  forget(): void {
    this.#me = null;
    transport.csrfToken = null;
  }

  async #ask(): Promise<Me | null> {
    try {
      return this.take(await quiet.json<Me>('/api/me'));
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        this.forget();
        return null;
      }
      throw error;
    }
  }
}

export const session = new Session();
