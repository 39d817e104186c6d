/** Sees to it that one person labels a question in one window at a time: the server keeps one set of
 * pictures for each person, so a second window would show the very same ones.
 *
 * The windows of a browser ask each other. Where it has no way to do so, each takes itself for the
 * only one, as before. */

export type Place =
  /** The other windows are being asked. */
  'asking' | 'here' | 'elsewhere';

/** What the windows tell each other. */
type Message = { from: string } & (
  | { kind: 'ask'; since: number }
  | { kind: 'held' }
  /** Somebody wants to label in this window from now on. */
  | { kind: 'take' }
  | { kind: 'gone' }
);

export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  close(): void;
}

export interface OneWindowOptions {
  /** Between the windows of one person and one question; null where there is none. */
  channel: Channel | null;
  newKey: () => string;
  now?: () => number;
  setTimer?: (ms: number, then: () => void) => () => void;
}

/** How long another window has for its answer, ms. */
const PATIENCE = 250;

export class OneWindow {
  #place: Place = 'asking';
  #channel: Channel | null;
  #me: string;
  #since = 0;
  /** Whether this window has what it has by asking, and not by taking it. */
  #asked = false;
  /** False while the browser keeps the page aside. */
  #present = true;
  #now: () => number;
  #setTimer: (ms: number, then: () => void) => () => void;
  #cancel: (() => void) | null = null;
  #listeners = new Set<(place: Place) => void>();

  constructor({ channel, newKey, now = Date.now, setTimer = timer }: OneWindowOptions) {
    this.#channel = channel;
    this.#me = newKey();
    this.#now = now;
    this.#setTimer = setTimer;
    if (channel !== null) channel.onmessage = ({ data }) => this.#hear(data as Message);
    this.ask();
  }

  get place(): Place {
    return this.#place;
  }

  /** A Svelte store: calls back now and after each change. */
  subscribe(listener: (place: Place) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#place);
    return () => this.#listeners.delete(listener);
  }

  /** Asks whether another window labels; where none answers, this one does. */
  ask(): void {
    if (this.#channel === null) {
      this.#set('here');
      return;
    }
    this.#since = this.#now();
    this.#asked = true;
    this.#present = true;
    this.#set('asking');
    this.#cancel?.();
    this.#cancel = this.#setTimer(PATIENCE, () => this.#set('here'));
    this.#say({ kind: 'ask', since: this.#since });
  }

  /** Labels in this window; the one that did so until now shows that it no longer does. */
  take(): void {
    this.#asked = false;
    this.#present = true;
    this.#say({ kind: 'take' });
    this.#set('here');
  }

  /** Tells the others that this window no longer labels. */
  leave(): void {
    this.#present = false;
    if (this.#place !== 'elsewhere') this.#say({ kind: 'gone' });
  }

  /** Leaves, for good. */
  close(): void {
    this.leave();
    this.#cancel?.();
    this.#channel?.close();
    this.#channel = null;
    this.#listeners.clear();
  }

  #hear(message: Message): void {
    if (!this.#present) return;
    if (message.kind === 'ask') {
      this.#answer(message.from, message.since);
    } else if (message.kind === 'held') {
      // A window that was asleep may answer late; what was taken since is not given back by that.
      if (this.#asked) this.#set('elsewhere');
    } else if (message.kind === 'take') {
      this.#set('elsewhere');
    } else if (this.#place === 'elsewhere') {
      this.ask();
    }
  }

  /** Of two windows that ask at once, the one that began first has it. */
  #answer(from: string, since: number): void {
    if (this.#place === 'elsewhere') return;
    const before = this.#since < since || (this.#since === since && this.#me < from);
    if (this.#place === 'here' || before) this.#say({ kind: 'held' });
    // The other one may not have been there yet when this one asked.
    else this.#say({ kind: 'ask', since: this.#since });
  }

  #say(message: DistributiveOmit<Message, 'from'>): void {
    this.#channel?.postMessage({ ...message, from: this.#me });
  }

  #set(place: Place): void {
    if (place !== 'asking') {
      this.#cancel?.();
      this.#cancel = null;
    }
    if (place === this.#place) return;
    this.#place = place;
    for (const listener of this.#listeners) listener(place);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function timer(ms: number, then: () => void): () => void {
  const id = setTimeout(then, ms);
  return () => clearTimeout(id);
}

/** The channel between the windows in which a person labels a question. */
export function labellingChannel(person: string, question: number): Channel | null {
  if (typeof BroadcastChannel === 'undefined') return null;
  return new BroadcastChannel(`fieldguide-labelling-${person}-${question}`) as Channel;
}
