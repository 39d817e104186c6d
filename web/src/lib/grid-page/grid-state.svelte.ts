/** A grid of a dataset's pictures as it stands: what it shows, what is selected, what is done. */
import { answer, api, ApiError } from '$lib/api/client';
import type { Picture, Question } from '$lib/pictures/picture';
import { Selection } from '$lib/widgets/grid/selection';
import {
  answerAll,
  type AnswerOutcome,
  type NewAnswer,
  type Progress,
  type Said,
  type Sent,
} from './answering';
import { queryOf, type GridFilter } from './filter';
import { GridPages, type PictureLoader } from './grid-pages';
import { keptGrids, type KeptGrids } from './kept-grids';
import { pictureLoader } from './picture-loader';

interface About {
  question: Question;
  /** Where each picture stands in the grid, by its id. */
  places: ReadonlyMap<number, number>;
  decides: boolean;
}

/** Answers that were given for what was selected. */
export interface Given extends About {
  sent: Sent;
}

/** The server's part. Each of the calls raises ApiError. */
export interface GridCalls {
  loader: (dataset: number, filter: GridFilter) => PictureLoader<Picture>;
  give: (question: number, answers: NewAnswer[]) => Promise<AnswerOutcome[]>;
  decide: (question: number, decision: NewAnswer) => Promise<AnswerOutcome>;
  askAgain: (question: number, pictures: number[]) => Promise<void>;
  flag: (picture: number, flagged: boolean) => Promise<void>;
}

const server: GridCalls = {
  loader: pictureLoader,
  give: async (question, answers) => {
    const params = { path: { question_id: question } };
    const body = { answers };
    const call = api.POST('/api/questions/{question_id}/answers', { params, body });
    return (await answer(call)).items;
  },
  decide: (question, body) => {
    const params = { path: { question_id: question } };
    return answer(api.POST('/api/questions/{question_id}/decisions', { params, body }));
  },
  askAgain: async (question, picture_ids) => {
    const params = { path: { question_id: question } };
    const body = { picture_ids };
    await api.POST('/api/questions/{question_id}/ask-again', { params, body });
  },
  flag: async (picture_id, flagged) => {
    const params = { path: { picture_id } };
    await api.PUT('/api/pictures/{picture_id}/flag', { params, body: { flagged } });
  },
};

export class GridState {
  readonly pages: GridPages<Picture>;
  readonly selection: Selection;
  readonly query: string;
  /** Whether it was fetched for an earlier visit, and stands as it was left. */
  readonly kept: boolean;
  total = $state<number | null>(null);
  error = $state<unknown>(null);
  chosen = $state(0);
  /** How far the answers for what was selected are; null while none are given. */
  progress = $state<Progress | null>(null);
  #calls: GridCalls;

  constructor(
    readonly dataset: number,
    readonly filter: GridFilter,
    { calls = server, grids = keptGrids }: { calls?: GridCalls; grids?: KeptGrids } = {},
  ) {
    this.#calls = calls;
    this.query = queryOf(filter);
    const kept = grids.grid(dataset, this.query);
    this.kept = kept !== undefined;
    this.pages = kept?.pages ?? new GridPages(calls.loader(dataset, filter));
    this.selection = kept?.selection ?? new Selection();
    grids.keep(dataset, this.query, { pages: this.pages, selection: this.selection });
    this.#take();
    this.chosen = this.selection.size;
  }

  /** Follows what changes. Returns what ends it. */
  watch(): () => void {
    const ends = [
      this.pages.onChange(() => this.#take()),
      this.selection.onChange(() => (this.chosen = this.selection.size)),
    ];
    return () => ends.forEach((end) => end());
  }

  /** What is selected, in order. Raises: ApiError. */
  selected(): Promise<Picture[]> {
    return this.pages.source.itemsIn(this.selection.ranges);
  }

  /** Gives one answer for all that is selected: as one's own, or as a reviewer's decision.
   *
   * Raises: ApiError; what was stored before stays stored and is shown. */
  async answerSelected(question: Question, said: Said, decides: boolean): Promise<Given> {
    const pictures = await this.selected();
    const places = new Map([...this.selection].map((index, at) => [pictures[at]?.id ?? 0, index]));
    return this.#answer({ question, places, decides }, said);
  }

  /** Takes answers back that were just given. Raises: ApiError. */
  async takeBack({ sent, ...about }: Given): Promise<void> {
    const places = new Map(
      sent.stored.map(({ picture_id: id }) => [id, about.places.get(id) ?? 0] as const),
    );
    await this.#answer(
      { ...about, places },
      { verdict: 'withdrawn', choice_ids: [], number: null },
    );
  }

  /** Asks for one more answer about each that is selected. Raises: ApiError. */
  async askAgain(question: Question): Promise<number> {
    const pictures = await this.selected();
    for (let start = 0; start < pictures.length; start += 500) {
      const ids = pictures.slice(start, start + 500).map(({ id }) => id);
      await this.#calls.askAgain(question.id, ids);
    }
    // Which state each is in now, only the server knows.
    this.pages.source.reset();
    return pictures.length;
  }

  /** Flags all that is selected. Raises: ApiError. */
  async flagSelected(flagged: boolean): Promise<number[]> {
    const ids = (await this.selected()).map(({ id }) => id);
    this.progress = { done: 0, total: ids.length };
    try {
      await eachOf(ids, async (id) => {
        await this.#calls.flag(id, flagged);
        this.#count();
      });
    } finally {
      this.progress = null;
    }
    return ids;
  }

  async #answer(about: About, said: Said): Promise<Given> {
    const { question, places, decides } = about;
    const sent: Sent = { stored: [], refused: [] };
    this.progress = { done: 0, total: places.size };
    try {
      await answerAll([...places.keys()], said, {
        sent,
        batch: decides ? 20 : undefined,
        onProgress: (progress) => (this.progress = progress),
        send: (answers) =>
          decides
            ? eachOf(answers, (one) => this.#decide(question.id, one))
            : this.#calls.give(question.id, answers),
      });
      return { ...about, sent };
    } finally {
      this.progress = null;
      this.#show(sent.stored, places);
    }
  }

  /** One decision. What is wrong with this one picture does not keep the others from theirs. */
  async #decide(question: number, given: NewAnswer): Promise<AnswerOutcome> {
    try {
      return await this.#calls.decide(question, given);
    } catch (error) {
      if (!(error instanceof ApiError) || ![404, 409, 422].includes(error.status)) throw error;
      const { key, picture_id } = given;
      return { key, picture_id, status: 'refused', code: error.code, message: error.message };
    }
  }

  /** Shows the labels with the new answers in them. */
  #show(outcomes: readonly AnswerOutcome[], places: ReadonlyMap<number, number>): void {
    const { source } = this.pages;
    for (const { picture_id, label } of outcomes) {
      const index = places.get(picture_id) ?? -1;
      const item = source.item(index);
      if (label && item?.id === picture_id) source.set(index, { ...item, label, hidden: false });
    }
  }

  #count(): void {
    const { progress } = this;
    if (progress !== null) this.progress = { ...progress, done: progress.done + 1 };
  }

  #take(): void {
    this.total = this.pages.total;
    this.error = this.pages.error;
  }
}

/** Does something with each, a few at a time; the answers come in the order of the items. */
async function eachOf<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  lanes = 4,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(lanes, items.length) }, async () => {
      for (let at = next++; at < items.length; at = next++) {
        results[at] = await work(items[at] as T);
      }
    }),
  );
  return results;
}
