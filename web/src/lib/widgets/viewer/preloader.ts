/** Pictures fetched and decoded before they are shown, so that turning to the next one is instant
 * and nothing is ever seen half painted. */

export interface Ready {
  url: string;
  /** In its own pixels. */
  width: number;
  height: number;
  /** The decoded picture itself, to be put on the page as it is. */
  element: Element | null;
}

export type Decode = (url: string) => Promise<Omit<Ready, 'url'>>;

export class Preloader {
  #kept = new Map<string, Promise<Ready>>();

  constructor(
    readonly limit = 8,
    readonly decode: Decode = decodeInBrowser,
  ) {}

  /** The picture, once it can be shown at once. Asking again costs nothing; a picture that failed
   * is tried again when asked for again. */
  ready(url: string): Promise<Ready> {
    const known = this.#kept.get(url);
    if (known) {
      this.#kept.delete(url);
      this.#kept.set(url, known);
      return known;
    }
    const coming = this.decode(url).then((decoded) => ({ url, ...decoded }));
    this.#kept.set(url, coming);
    coming.catch(() => {
      if (this.#kept.get(url) === coming) this.#kept.delete(url);
    });
    for (const oldest of [...this.#kept.keys()].slice(0, -this.limit)) this.#kept.delete(oldest);
    return coming;
  }

  /** Makes pictures ready that are likely to be wanted next. */
  prepare(urls: readonly string[]): void {
    for (const url of urls) this.ready(url).catch(() => undefined);
  }
}

async function decodeInBrowser(url: string): Promise<Omit<Ready, 'url'>> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return { width: image.naturalWidth, height: image.naturalHeight, element: image };
}
