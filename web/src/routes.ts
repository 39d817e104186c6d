/** Every page and its address; the first that fits is taken. A page's code is fetched when it is
 * first wanted. */
import type { Route } from '$lib/router/router.svelte';

export const routes: Route[] = [
  { path: '/', load: () => import('./routes/datasets/Datasets.svelte') },
  { path: '/sign-in', load: () => import('./routes/sign-in/SignIn.svelte'), bare: true },
  { path: '/join', load: () => import('./routes/invitation/Join.svelte'), bare: true },
  { path: '/reset', load: () => import('./routes/invitation/Reset.svelte'), bare: true },
  { path: '/jobs', load: () => import('./routes/jobs/Jobs.svelte') },
  { path: '/datasets/:dataset', load: () => import('./routes/dataset/Dataset.svelte') },
  {
    path: '/datasets/:dataset/pictures/:picture',
    load: () => import('./routes/picture/Picture.svelte'),
  },
  { path: '/datasets/:dataset/settings', load: () => import('./routes/settings/Settings.svelte') },
  {
    path: '/datasets/:dataset/settings/questions/:question',
    load: () => import('./routes/settings/Question.svelte'),
  },
  { path: '/datasets/:dataset/progress', load: () => import('./routes/progress/Progress.svelte') },
  { path: '/datasets/:dataset/map', load: () => import('./routes/map/Map.svelte') },
  { path: '/datasets/:dataset/label', load: () => import('./routes/label/Label.svelte') },
  { path: '/datasets/:dataset/review', load: () => import('./routes/review/Review.svelte') },
  { path: '/datasets/:dataset/check', load: () => import('./routes/check/Check.svelte') },
  { path: '/datasets/:dataset/similar', load: () => import('./routes/similar/Similar.svelte') },
  { path: '/datasets/:dataset/trash', load: () => import('./routes/trash/Trash.svelte') },
  { path: '/datasets/:dataset/people', load: () => import('./routes/people/People.svelte') },
  { path: '/datasets/:dataset/privacy', load: () => import('./routes/privacy/Privacy.svelte') },
  { path: '/datasets/:dataset/export', load: () => import('./routes/export/Export.svelte') },
  {
    path: '/datasets/:dataset/versions',
    load: () => import('./routes/versions/Versions.svelte'),
  },
  { path: '/account', load: () => import('./routes/account/Account.svelte') },
  { path: '/admin/users', load: () => import('./routes/admin/Users.svelte') },
];

// The gallery of widgets is for those who build pages and is no part of what is shipped.
if (import.meta.env.DEV || import.meta.env.MODE === 'gallery') {
  routes.push({ path: '/design', load: () => import('./routes/Design.svelte') });
}

/** Where somebody goes whom the server does not know. */
export const SIGN_IN = '/sign-in';
