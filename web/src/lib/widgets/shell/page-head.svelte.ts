/** What the page that is open says of itself, for the bar at the top. */

export interface Crumb {
  title: string;
  href?: string;
}

class PageHead {
  crumbs = $state.raw<readonly Crumb[]>([]);
}

export const pageHead = new PageHead();
