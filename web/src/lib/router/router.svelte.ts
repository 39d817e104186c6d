/** Client-side routing with the History API. The server answers every path outside /api with
 * the same page, so each address can be opened, reloaded and sent to somebody. */
import type { Component } from 'svelte';
import { Leaving } from './leaving';

/** A page: its pattern, and how its code is fetched when it is first wanted. The page's names
 * (`:dataset`) arrive as properties. A page is made anew when the path changes, not when the
 * query does; it reads the query from `router.query`. */
export interface Route {
  path: string;
  load: () => Promise<{ default: Component<any> }>;
  /** Stands alone, without the bar and the places: signing in. */
  bare?: boolean;
}

interface Entry {
  key: string;
}

const SCROLLS = 'fieldguide.scrolls';

class Router {
  /** The path as it stands in the address, still encoded. */
  path = $state(location.pathname);
  /** What follows the question mark. Replaced as a whole, so reading it is enough to be told. */
  query = $state.raw(new URLSearchParams(location.search));
  /** True between a click and the page, for a bar that shows it. */
  loading = $state(false);
  /** Who is asked before another page is opened. */
  readonly leaving = new Leaving();

  #key = '';
  #wanted: number | null = null;

  /** Listens to links and to the browser's own buttons. Returns what stops it. */
  start(): () => void {
    history.scrollRestoration = 'manual';
    this.#key = (history.state as Entry | null)?.key ?? newKey();
    history.replaceState({ key: this.#key }, '');
    const onPop = () => {
      this.#rememberScroll();
      this.#key = (history.state as Entry | null)?.key ?? newKey();
      this.#wanted = readScrolls()[this.#key] ?? 0;
      this.#read();
    };
    const onClick = (event: MouseEvent) => {
      const target = linkToFollow(event);
      if (target === null) return;
      event.preventDefault();
      this.go(target);
    };
    const onHide = () => this.#rememberScroll();
    addEventListener('popstate', onPop);
    addEventListener('pagehide', onHide);
    document.addEventListener('click', onClick);
    this.#wanted = readScrolls()[this.#key] ?? null;
    return () => {
      removeEventListener('popstate', onPop);
      removeEventListener('pagehide', onHide);
      document.removeEventListener('click', onClick);
    };
  }

  /** Opens a path of the app, with or without a query, once whoever holds the page lets it go.
   * `force` asks nobody: for where the page cannot stay. */
  go(
    to: string,
    { replace = false, force = false }: { replace?: boolean; force?: boolean } = {},
  ): void {
    if (force || !this.leaving.held) {
      this.#open(to, replace);
      return;
    }
    void this.leaving.may().then((yes) => {
      if (yes) this.#open(to, replace || this.leaving.onSpareEntry);
    });
  }

  #open(to: string, replace: boolean): void {
    this.#rememberScroll();
    if (replace) {
      history.replaceState({ key: this.#key }, '', to);
    } else {
      this.#key = newKey();
      history.pushState({ key: this.#key }, '', to);
    }
    this.#wanted = 0;
    this.#read();
  }

  /** Changes parts of the query and nothing else; undefined or '' takes a part out. */
  setQuery(
    parts: Record<string, string | number | undefined>,
    { push = false }: { push?: boolean } = {},
  ): void {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(parts)) {
      if (value === undefined || value === '') query.delete(name);
      else query.set(name, String(value));
    }
    const to = query.size === 0 ? location.pathname : `${location.pathname}?${query}`;
    if (push) {
      this.#key = newKey();
      history.pushState({ key: this.#key }, '', to);
    } else {
      history.replaceState({ key: this.#key }, '', to);
    }
    this.#read();
  }

  /** Called by the view once a page stands: puts the page where the reader left it. */
  settle(): void {
    if (this.#wanted !== null) scrollTo({ top: this.#wanted, behavior: 'instant' });
    this.#wanted = null;
  }

  #read(): void {
    if (this.path !== location.pathname) this.path = location.pathname;
    if (this.query.toString() !== new URLSearchParams(location.search).toString()) {
      this.query = new URLSearchParams(location.search);
    }
  }

  #rememberScroll(): void {
    const scrolls = readScrolls();
    scrolls[this.#key] = Math.round(scrollY);
    const newest = Object.entries(scrolls).slice(-50);
    try {
      sessionStorage.setItem(SCROLLS, JSON.stringify(Object.fromEntries(newest)));
    } catch {
      // Without storage a page opens at its top: nothing is lost but the place.
    }
  }
}

function newKey(): string {
  return Math.random().toString(36).slice(2);
}

function readScrolls(): Record<string, number> {
  try {
    return JSON.parse(sessionStorage.getItem(SCROLLS) ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}

/** The address of a link that the app opens itself, or null where the browser shall. */
function linkToFollow(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || !link.href || link.target || link.hasAttribute('download')) return null;
  const url = new URL(link.href);
  if (url.origin !== location.origin || url.pathname.startsWith('/api/')) return null;
  if (url.hash && url.pathname === location.pathname && url.search === location.search) return null;
  return url.pathname + url.search + url.hash;
}

export const router = new Router();
