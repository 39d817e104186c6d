/** Places of the site beside those of `$lib/session/places`. */
import type { Place } from '$lib/widgets/shell/AppShell.svelte';

export const places: Place[] = [];

if (import.meta.env.DEV || import.meta.env.MODE === 'gallery') {
  places.push({ href: '/design', title: 'Design', icon: 'layers' });
}
