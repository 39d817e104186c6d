/** Which places can be reached from where somebody is: of the whole site, or of a dataset. */
import type { Place } from '$lib/widgets/shell/AppShell.svelte';
import { atLeast, type Role } from './roles';

/** The number of the dataset that a path lies in, or null. */
export function datasetOf(path: string): number | null {
  const found = /^\/datasets\/(\d+)(?:\/|$)/.exec(path);
  return found === null ? null : Number(found[1]);
}

/** A place of a dataset, with who may go there and the letter that leads there after `g`. */
interface DatasetPlace extends Place {
  needs: Role;
  key: string;
  /** Whoever has Settings finds it there, as a tab; `always`, others find it as a tab of People. */
  tab?: true | 'always';
}

function placesOf(dataset: number, query: string): DatasetPlace[] {
  const base = `/datasets/${dataset}`;
  return [
    { href: `${base}/label`, title: 'Label', icon: 'tag', needs: 'annotator', key: 'l' },
    { href: `${base}?${query}`, title: 'Pictures', icon: 'grid', needs: 'viewer', key: 'p' },
    { href: `${base}/review`, title: 'Review', icon: 'eye', needs: 'reviewer', key: 'r' },
    { href: `${base}/check`, title: 'Check', icon: 'ok', needs: 'reviewer', key: 'c' },
    { href: `${base}/progress`, title: 'Progress', icon: 'chart', needs: 'viewer', key: 'o' },
    {
      href: `${base}/versions`,
      title: 'Versions',
      icon: 'layers',
      needs: 'viewer',
      key: 'v',
      tab: 'always',
    },
    {
      href: `${base}/export`,
      title: 'Export',
      icon: 'download',
      needs: 'reviewer',
      key: 'e',
      tab: true,
    },
    {
      href: `${base}/people`,
      title: 'People',
      icon: 'users',
      needs: 'viewer',
      key: 'm',
      tab: true,
    },
    {
      href: `${base}/settings`,
      title: 'Settings',
      icon: 'settings',
      needs: 'maintainer',
      key: 's',
    },
  ];
}

/** The places beside a page; few enough for the bar of a phone.
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
  const settles = atLeast(role, 'maintainer');
  const open = placesOf(dataset, gridQuery(dataset))
    .filter(
      ({ needs, tab }) => atLeast(role ?? 'viewer', needs) && !(tab && settles) && tab !== 'always',
    )
    .map(({ href, title, icon }) => ({ href, title, icon }));
  return [start, ...open];
}

/** Where keys lead in a dataset, its tabs included: `g p` to the pictures. */
export function keyPlaces(
  path: string,
  role: Role | null,
  gridQuery: (dataset: number) => string,
): { id: string; title: string; keys: string[]; href: string }[] {
  const dataset = datasetOf(path);
  if (dataset === null) return [];
  return placesOf(dataset, gridQuery(dataset))
    .filter(({ needs }) => atLeast(role ?? 'viewer', needs))
    .map(({ href, title, key }) => ({
      id: `app.go.${title.toLowerCase()}`,
      title: `Go to ${title}`,
      keys: [`g ${key}`],
      href,
    }));
}

/** The address of the place that a page belongs to, to mark it: the one with the longest path.
 * People, Export and Versions belong to Settings where they are tabs of it. */
export function placeOf(path: string, places: readonly Place[]): string {
  const paths = places.map(({ href }) => ({ href, path: href.split('?')[0] as string }));
  const within = (wanted: string) =>
    paths
      .filter((place) => wanted === place.path || wanted.startsWith(`${place.path}/`))
      .sort((a, b) => b.path.length - a.path.length)[0];
  const tab = /^(\/datasets\/\d+)\/(?:people|privacy|export|versions)(?=\/|$)/.exec(path);
  const own = tab === null ? undefined : paths.find((place) => place.path === tab[0]);
  const people = tab === null ? undefined : paths.find((p) => p.path === `${tab[1]}/people`);
  const above = tab === null ? undefined : paths.find((p) => p.path === `${tab[1]}/settings`);
  return (own ?? above ?? people ?? within(path))?.href ?? path;
}
