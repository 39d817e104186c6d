/** Which page belongs to a path: plain functions, so that they can be tested without a browser. */

/** The names after a colon in a pattern: `Params<'/datasets/:dataset'>` is `{ dataset: string }`. */
export type Params<Pattern extends string> = {
  [Name in Names<Pattern>]: string;
};

type Names<Pattern extends string> = Pattern extends `${infer Head}/${infer Rest}`
  ? Names<Head> | Names<Rest>
  : Pattern extends `:${infer Name}`
    ? Name
    : never;

export interface Match<R> {
  route: R;
  params: Record<string, string>;
}

/** The path without empty segments, each segment decoded; null where the encoding is broken. */
function segmentsOf(path: string): string[] | null {
  try {
    return path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** The first route whose pattern fits, so a fixed path stands above one with names in the table. */
export function matchRoute<R extends { path: string }>(
  routes: readonly R[],
  path: string,
): Match<R> | null {
  const given = segmentsOf(path);
  if (given === null) return null;
  for (const route of routes) {
    const wanted = route.path.split('/').filter((segment) => segment !== '');
    if (wanted.length !== given.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((segment, at) => {
      const value = given[at] as string;
      if (!segment.startsWith(':')) return segment === value;
      params[segment.slice(1)] = value;
      return true;
    });
    if (fits) return { route, params };
  }
  return null;
}

/** The path of a page: `href('/datasets/:dataset', { dataset: 'a b' })` is `/datasets/a%20b`. */
export function href<Pattern extends string>(
  pattern: Pattern,
  ...[params, query]: keyof Params<Pattern> extends never
    ? [params?: Record<string, never>, query?: Record<string, string | number | undefined>]
    : [params: Params<Pattern>, query?: Record<string, string | number | undefined>]
): string {
  const values: Record<string, string> = params ?? {};
  const path = pattern.replace(/:([^/]+)/g, (_, name: string) =>
    encodeURIComponent(values[name] as string),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}
