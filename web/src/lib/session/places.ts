/** Which places can be reached from where somebody is: of the whole site, or of a dataset. */
import type { Place } from '$lib/widgets/shell/AppShell.svelte';
import { atLeast, type Role } from './roles';

/** The number of the dataset that a path lies in, or null. */
export function datasetOf(path: string): number | null {
  const found = /^\/datasets\/(\d+)(?:\/|$)/.exec(path);
  return found === null ? null : Number(found[1]);
}

/** The places beside a page.
 *
 * The grid's address always has a question mark, with the filter that was last looked through:
 * so coming back from labelling shows the same pictures again. */
export function placesFor(
  path: string,
  role: Role | null,
  gridQuery: (dataset: number) => string,
): Place[] {
  const dataset = datasetOf(path);
  const start: Place = { href: '/', title: 'Datasets', icon: 'home' };
  if (dataset === null) {
    return [
      start,
      { href: '/jobs', title: 'Jobs', icon: 'clock' },
      { href: '/account', title: 'Account', icon: 'user' },
    ];
  }
  const base = `/datasets/${dataset}`;
  const places: (Place & { needs: Role })[] = [
    { href: `${base}/label`, title: 'Label', icon: 'tag', needs: 'annotator' },
    { href: `${base}?${gridQuery(dataset)}`, title: 'Pictures', icon: 'grid', needs: 'viewer' },
    { href: `${base}/review`, title: 'Review', icon: 'eye', needs: 'reviewer' },
    { href: `${base}/progress`, title: 'Progress', icon: 'chart', needs: 'viewer' },
    { href: `${base}/export`, title: 'Export', icon: 'download', needs: 'reviewer' },
    { href: `${base}/people`, title: 'People', icon: 'users', needs: 'viewer' },
    { href: `${base}/settings`, title: 'Settings', icon: 'settings', needs: 'maintainer' },
  ];
  const open = places
    .filter(({ needs }) => atLeast(role ?? 'viewer', needs))
    .map(({ href, title, icon }) => ({ href, title, icon }));
  return [start, ...open];
}

/** The address of the place that a page belongs to, to mark it: the one with the longest path. */
export function placeOf(path: string, places: readonly Place[]): string {
  const best = places
    .map(({ href }) => ({ href, path: href.split('?')[0] as string }))
    .filter((place) => path === place.path || path.startsWith(`${place.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  return best?.href ?? path;
}
