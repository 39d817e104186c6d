/** A stream of events as something that components read. */
import { listenTo, type StreamState } from './event-stream';

export interface Live<T> {
  /** The event that came last, or null before the first. */
  readonly last: T | null;
  /** Its name: `message` where the server gave it none. */
  readonly name: string | null;
  readonly state: StreamState;
}

/** Listens for as long as the component lives, and anew when the address changes. Call it while a
 * component is set up:
 *
 *     const job = live<JobEvent>(() => `/api/jobs/${id}/events`, { events: ['progress'] });
 *     ... {job.last?.done} */
export function live<T>(
  url: () => string | null,
  {
    events = [],
    onEvent,
  }: { events?: readonly string[]; onEvent?: (data: T, name: string) => void } = {},
): Live<T> {
  let last = $state.raw<T | null>(null);
  let name = $state<string | null>(null);
  let state = $state<StreamState>('closed');

  $effect(() => {
    const address = url();
    if (address === null) return;
    return listenTo<T>(address, {
      events,
      onEvent: (data, kind) => {
        last = data;
        name = kind;
        onEvent?.(data, kind);
      },
      onState: (next) => (state = next),
    });
  });

  return {
    get last() {
      return last;
    },
    get name() {
      return name;
    },
    get state() {
      return state;
    },
  };
}
