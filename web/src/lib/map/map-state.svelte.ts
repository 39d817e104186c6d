/** A dataset's map as it stands: its points, their colours, and what is chosen. */
import { answerAll, type Progress, type Said, type Sent } from '$lib/grid-page/answering';
import type { MapColours, MapPoints } from './map-bytes';
import { server, type Layout, type MapCalls, type MapStatus } from './requests';
import { linesOf, scaleOf, shadesOf } from './shades';

export interface Wanted {
  layout: Layout;
  by: string;
  question: number | null;
}

export class MapState {
  status = $state.raw<MapStatus | null>(null);
  points = $state.raw<MapPoints | null>(null);
  colours = $state.raw<MapColours | null>(null);
  /** The lines of the legend that are shown; null for all. */
  only = $state.raw<ReadonlySet<number> | null>(null);
  /** What is chosen: places in `points`, ascending. */
  chosen = $state.raw<readonly number[]>([]);
  loading = $state(false);
  /** Why the points cannot be shown, and why the colours cannot. */
  error = $state<string | null>(null);
  colourError = $state<string | null>(null);
  /** How far the answers for what is chosen are; null while none are given. */
  progress = $state<Progress | null>(null);

  readonly rgba = $derived.by(() => {
    if (this.points === null) return new Uint8Array();
    if (this.colours !== null) return shadesOf(this.colours, this.only);
    return new Uint8Array(4 * this.points.ids.length).fill(140);
  });
  readonly lines = $derived(this.colours === null ? [] : linesOf(this.colours));
  readonly scale = $derived(this.colours === null ? null : scaleOf(this.colours));
  readonly chosenIds = $derived(
    this.points === null ? [] : this.chosen.map((at) => this.points?.ids[at] as number),
  );
  #calls: MapCalls;
  #pictures = '';
  #turn = 0;
  #shownBy = '';

  constructor(
    readonly dataset: number,
    calls: MapCalls = server,
  ) {
    this.#calls = calls;
  }

  /** Learns how the map stands. Raises: ApiError. */
  async look(): Promise<MapStatus> {
    this.status = await this.#calls.status(this.dataset);
    return this.status;
  }

  /** Shows a layout in colours; what is asked for last is what is shown. */
  async show(wanted: Wanted): Promise<void> {
    const turn = ++this.#turn;
    this.loading = true;
    this.error = null;
    try {
      const colours = this.#calls.colours(this.dataset, wanted.by, wanted.question);
      // What is wrong with the colours is told once the points are there.
      colours.catch(() => undefined);
      const { found, pictures } = await this.#calls.points(this.dataset, wanted.layout);
      if (turn !== this.#turn) return;
      // Other pictures have other places in the list.
      if (pictures !== this.#pictures) {
        this.chosen = [];
        this.colours = null;
      }
      this.#pictures = pictures;
      this.points = found;
      await this.#colour(wanted, turn, colours);
    } catch (cause) {
      if (turn === this.#turn) this.error = (cause as Error).message;
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** Colours what is shown anew. */
  async recolour(wanted: Wanted): Promise<void> {
    await this.#colour(wanted, ++this.#turn);
  }

  async #colour(
    { by, question }: Wanted,
    turn: number,
    asked = this.#calls.colours(this.dataset, by, question),
  ): Promise<void> {
    this.colourError = null;
    try {
      const { found, pictures } = await asked;
      if (turn !== this.#turn) return;
      const other = pictures !== this.#pictures || found.values.length !== this.points?.ids.length;
      if (other) throw new Error('Pictures have come or gone meanwhile. Reload the map.');
      if (this.#shownBy !== `${by} ${question}`) this.only = null;
      this.#shownBy = `${by} ${question}`;
      this.colours = found;
    } catch (cause) {
      if (turn !== this.#turn) return;
      this.colours = null;
      this.only = null;
      this.colourError = (cause as Error).message;
    }
  }

  /** Shows one line of the legend alone, or together with others, or all again. */
  isolate(line: number, together: boolean): void {
    const before = this.only ?? new Set<number>();
    const next = new Set(together ? before : before.size === 1 && before.has(line) ? before : []);
    if (!next.delete(line)) next.add(line);
    this.only = next.size === 0 || next.size === this.lines.length ? null : next;
  }

  choose(indices: readonly number[], add = false): void {
    const all = add ? new Set([...this.chosen, ...indices]) : new Set(indices);
    this.chosen = [...all].sort((a, b) => a - b);
  }

  /** All that the legend shows. */
  chooseShown(): void {
    const { colours, only } = this;
    const count = this.points?.ids.length ?? 0;
    const all = Array.from({ length: count }, (_, at) => at);
    const shown = (at: number) => only === null || only.has(colours?.values[at] as number);
    this.chosen = all.filter(shown);
  }

  /** Where a picture is in `points`; -1 where it is not on the map. */
  placeOf(picture: number): number {
    const { ids } = this.points ?? { ids: new Uint32Array() };
    let [low, high] = [0, ids.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = ids[middle] as number;
      if (found === picture) return middle;
      if (found < picture) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Keeps what is chosen as a selection, and returns its number. Raises: ApiError. */
  keepChosen(): Promise<number> {
    return this.#calls.select(this.dataset, this.chosenIds);
  }

  /** Gives one answer for all pictures. Raises: ApiError; what was stored before stays stored. */
  async answer(question: number, pictures: readonly number[], said: Said): Promise<Sent> {
    const sent: Sent = { stored: [], refused: [] };
    this.progress = { done: 0, total: pictures.length };
    try {
      return await answerAll(pictures, said, {
        sent,
        onProgress: (progress) => (this.progress = progress),
        send: (answers) => this.#calls.give(question, answers),
      });
    } finally {
      this.progress = null;
    }
  }

  /** Begins to make the map anew. Raises: ApiError. */
  async make(question: number | null): Promise<void> {
    const job = await this.#calls.make(this.dataset, question);
    if (this.status !== null) this.status = { ...this.status, job };
  }

  /** Whether the map has to be made before it can show what is wanted. */
  lacks(layout: Layout): boolean {
    return this.status?.layouts.find(({ name }) => name === layout)?.ready === false;
  }
}
