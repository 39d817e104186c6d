/** How large thumbnails are shown: for this browser, as screens and eyes differ. */

export const SMALLEST = 72;
export const LARGEST = 340;

const STORED_AS = 'fieldguide.thumbnail';
const USUAL = 148;

class ThumbnailSize {
  #px = $state(read());

  /** Least width of a cell, px. */
  get px(): number {
    return this.#px;
  }

  set px(px: number) {
    this.#px = Math.round(Math.min(Math.max(px, SMALLEST), LARGEST));
    try {
      localStorage.setItem(STORED_AS, String(this.#px));
    } catch {
      // Without storage the size lasts as long as the page.
    }
  }

  step(larger: boolean): void {
    this.px *= larger ? 1.25 : 0.8;
  }
}

function read(): number {
  try {
    const px = Number(localStorage.getItem(STORED_AS));
    return px >= SMALLEST && px <= LARGEST ? px : USUAL;
  } catch {
    return USUAL;
  }
}

export const thumbnailSize = new ThumbnailSize();
