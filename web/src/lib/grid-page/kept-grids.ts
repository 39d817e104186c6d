/** What a grid looked like when it was left: for coming back to it from a picture. */
import type { Picture } from '$lib/pictures/picture';
import type { Selection } from '$lib/widgets/grid/selection';
import type { GridPages } from './grid-pages';

export interface Place {
  /** The cell that the keyboard was on. */
  focused: number;
  /** How far it was scrolled, px. */
  top: number;
}

export interface KeptGrid {
  pages: GridPages<Picture>;
  selection: Selection;
}

const PLACES = 'fieldguide.grid.places';
const MOST = 30;

type Store = Pick<Storage, 'getItem' | 'setItem'>;

export class KeptGrids {
  #grids = new Map<string, KeptGrid>();
  #queries = new Map<number, string>();
  #store: Store | null;

  constructor(store: Store | null) {
    this.#store = store;
  }

  grid(dataset: number, query: string): KeptGrid | undefined {
    return this.#grids.get(keyOf(dataset, query));
  }

  keep(dataset: number, query: string, grid: KeptGrid): void {
    const key = keyOf(dataset, query);
    this.#grids.delete(key);
    this.#grids.set(key, grid);
    for (const oldest of [...this.#grids.keys()].slice(0, -4)) this.#grids.delete(oldest);
  }

  /** Forgets what was fetched, so that it is fetched anew: labels may have changed. */
  forget(): void {
    this.#grids.clear();
  }

  /** The filter that a dataset was last looked through with. */
  lastQuery(dataset: number): string {
    return this.#queries.get(dataset) ?? '';
  }

  noteQuery(dataset: number, query: string): void {
    this.#queries.set(dataset, query);
  }

  /** Where a grid was left, in this window; it outlasts a reload. */
  place(dataset: number, query: string): Place | null {
    return this.#places()[keyOf(dataset, query)] ?? null;
  }

  notePlace(dataset: number, query: string, place: Place): void {
    const key = keyOf(dataset, query);
    const { [key]: _, ...others } = this.#places();
    const newest = Object.entries({ ...others, [key]: place }).slice(-MOST);
    try {
      this.#store?.setItem(PLACES, JSON.stringify(Object.fromEntries(newest)));
    } catch {
      // Without storage a grid opens at its top: nothing is lost but the place.
    }
  }

  #places(): Record<string, Place> {
    try {
      return JSON.parse(this.#store?.getItem(PLACES) ?? '{}') as Record<string, Place>;
    } catch {
      return {};
    }
  }
}

const keyOf = (dataset: number, query: string): string => `${dataset}?${query}`;

function storage(): Store | null {
  try {
    return sessionStorage;
  } catch {
    // A browser that refuses storage throws at the very name.
    return null;
  }
}

export const keptGrids = new KeptGrids(storage());
