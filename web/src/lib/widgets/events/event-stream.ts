/** Server-sent events that come back after every kind of break.
 *
 * A browser's EventSource reconnects by itself after a lost connection, but gives up for good when
 * the server answers with an error, as it does while it restarts behind a proxy. */

export type StreamState = 'connecting' | 'open' | 'waiting' | 'closed';

type Source = Pick<EventTarget, 'addEventListener'> & {
  close(): void;
  readonly readyState: number;
};

export interface EventStreamOptions<T> {
  /** Names of events to hear besides the unnamed ones. */
  events?: readonly string[];
  onEvent: (data: T, name: string) => void;
  onState?: (state: StreamState) => void;
  open?: (url: string) => Source;
  setTimer?: (ms: number, then: () => void) => () => void;
}

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
const CLOSED = 2;

/** Listens to a stream of JSON. Returns what ends it. */
export function listenTo<T>(
  url: string,
  {
    events = [],
    onEvent,
    onState = () => undefined,
    open = (address) => new EventSource(address),
    setTimer = (ms, then) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
  }: EventStreamOptions<T>,
): () => void {
  let source: Source | null = null;
  let cancel: (() => void) | null = null;
  let pause = FIRST_PAUSE;
  let ended = false;

  function connect(): void {
    cancel = null;
    onState('connecting');
    const mine = open(url);
    source = mine;
    const hear = (event: Event) => {
      if (ended || source !== mine) return;
      pause = FIRST_PAUSE;
      onEvent(JSON.parse((event as MessageEvent<string>).data) as T, event.type);
    };
    for (const name of ['message', ...events]) mine.addEventListener(name, hear);
    mine.addEventListener('open', () => {
      if (!ended && source === mine) onState('open');
    });
    mine.addEventListener('error', () => {
      if (ended || source !== mine) return;
      if (mine.readyState !== CLOSED) {
        onState('connecting');
        return;
      }
      onState('waiting');
      cancel = setTimer(pause, connect);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    });
  }

  connect();
  return () => {
    ended = true;
    cancel?.();
    source?.close();
    onState('closed');
  };
}
