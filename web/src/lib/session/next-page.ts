/** Where somebody goes once they have signed in. */

/** The page of ours that an address asks for, or the start.
 *
 * What comes in an address may have been written by anybody, so nothing leads to another site:
 * `//other.site` and `/\other.site` are such addresses to a browser, too. */
export function nextPage(wanted: string | null): string {
  if (wanted === null || !wanted.startsWith('/') || /^\/[/\\]/.test(wanted)) return '/';
  // Browsers drop tabs and line ends from addresses, which could hide a second slash.
  if (/[\t\n\r]/.test(wanted)) return '/';
  return /^\/(sign-in|join|reset)([/?#]|$)/.test(wanted) ? '/' : wanted;
}

/** The token of a link, which stands behind the `#` so that it is sent nowhere by itself. */
export function tokenOf(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/, '')).trim();
  } catch {
    return '';
  }
}
