/** Asks again and again, often while something moves and seldom while nothing does, and not at all
 * while nobody looks. */

export interface PollOptions {
  /** Asks once; returns whether something moves. */
  ask: () => Promise<boolean>;
  /** Pauses, ms. */
  often?: number;
  seldom?: number;
  /** Where it is told that the window is seen or not; null where there is none. */
  page?: Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'> | null;
}

/** Begins at once. Returns what asks at once, and what ends it. */
export function poll({
  ask,
  often = 2000,
  seldom = 20_000,
  page = typeof document === 'undefined' ? null : document,
}: PollOptions): { now: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let again = false;
  let stopped = false;

  async function turn(): Promise<void> {
    clearTimeout(timer);
    if (stopped || page?.hidden) return;
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    let pause = seldom;
    try {
      if (await ask()) pause = often;
    } finally {
      asking = false;
    }
    if (again) {
      again = false;
      void turn();
    } else if (!stopped) timer = setTimeout(() => void turn(), pause);
  }

  const onVisible = () => void turn();
  page?.addEventListener('visibilitychange', onVisible);
  void turn();
  return {
    now: () => void turn(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      page?.removeEventListener('visibilitychange', onVisible);
    },
  };
}
