/** A question while its classes are changed: each change goes to the server at once, which answers
 * with the question as it is then. */
import { answer, api } from '$lib/api/client';
import { rowsOf } from '$lib/labelling/choices';
import type { Question } from '$lib/pictures/picture';
import type { ClassLine } from './class-lines';
import type { ClassCounts } from './consequences';
import { newestStanding, undoneWith, type Edit } from './edits';
import type { components } from '$lib/api/schema';

type ChoiceChange = components['schemas']['ChoiceChange'];
type NewChoice = components['schemas']['NewChoice'];
type Example = components['schemas']['ExampleShape'];

/** Somebody else changed the classes in the meantime, so the newest change is not ours. */
class ChangedMeanwhileError extends Error {
  constructor() {
    super('The classes were changed again in the meantime. Look at the history to undo more.');
  }
}

export class QuestionEditor {
  question = $state.raw() as Question;
  edits = $state.raw<Edit[]>([]);
  /** Labelled pictures by class; null until they are counted, and for numbers. */
  counts = $state.raw<ClassCounts>(null);
  /** The order of the classes that is shown before the server knows of it. */
  order = $state.raw<number[] | null>(null);
  #counting = 0;

  constructor(question: Question) {
    this.question = question;
  }

  /** Those that are offered, as a tree, in the order that is shown. */
  get rows() {
    const { order } = this;
    if (order === null) return rowsOf(this.question.choices);
    const places = new Map(order.map((id, place) => [id, place]));
    return rowsOf(
      this.question.choices.map((choice) => ({
        ...choice,
        position: places.get(choice.id) ?? order.length + choice.position,
      })),
    );
  }

  get gone() {
    return this.question.choices.filter(({ offered }) => !offered);
  }

  /** Raises: ApiError, as all that follow. */
  async load(): Promise<void> {
    const params = { path: { question_id: this.question.id } };
    const [question, edits] = await Promise.all([
      answer(api.GET('/api/questions/{question_id}', { params })),
      answer(api.GET('/api/questions/{question_id}/edits', { params })),
    ]);
    this.question = question;
    this.edits = edits;
    await this.#count();
  }

  async add(body: NewChoice): Promise<void> {
    await this.#take(
      answer(api.POST('/api/questions/{question_id}/choices', { params: this.#params, body })),
    );
  }

  /** Adds classes as one change, or none of them. */
  async addLines(lines: readonly ClassLine[]): Promise<void> {
    const choices = lines.map(({ name, description, parent }) => ({
      name,
      ...(description ? { description } : {}),
      ...(parent === null ? {} : { below: parent + 1 }),
    }));
    await this.#take(
      answer(
        api.POST('/api/questions/{question_id}/choices/many', {
          params: this.#params,
          body: { choices },
        }),
      ),
    );
  }

  async change(choice: number, body: ChoiceChange): Promise<void> {
    await this.#take(
      answer(
        api.PATCH('/api/questions/{question_id}/choices/{choice_id}', {
          params: this.#paramsOf(choice),
          body,
        }),
      ),
    );
  }

  /** Tells the server of the order that is shown. */
  async keepOrder(): Promise<void> {
    const { order } = this;
    if (order === null) return;
    try {
      await this.#take(
        answer(
          api.POST('/api/questions/{question_id}/choices/order', {
            params: this.#params,
            body: { choice_ids: order },
          }),
        ),
      );
    } finally {
      // Another move may have come in the meantime, and is then kept next.
      if (this.order === order) this.order = null;
    }
  }

  async merge(choiceIds: number[], into: number): Promise<void> {
    await this.#take(
      answer(
        api.POST('/api/questions/{question_id}/choices/merge', {
          params: this.#params,
          body: { choice_ids: choiceIds, into },
        }),
      ),
    );
    await this.#count();
  }

  async split(choice: number, names: string[]): Promise<void> {
    await this.#take(
      answer(
        api.POST('/api/questions/{question_id}/choices/{choice_id}/split', {
          params: this.#paramsOf(choice),
          body: { names },
        }),
      ),
    );
    await this.#count();
  }

  async setExample(choice: number, picture: Example, shown: boolean): Promise<void> {
    const path = { ...this.#paramsOf(choice).path, picture_id: picture.id };
    const address =
      '/api/questions/{question_id}/choices/{choice_id}/examples/{picture_id}' as const;
    await (shown
      ? api.PUT(address, { params: { path } })
      : api.DELETE(address, { params: { path } }));
    this.question = {
      ...this.question,
      choices: this.question.choices.map((one) => {
        if (one.id !== choice) return one;
        const others = one.examples.filter(({ id }) => id !== picture.id);
        return { ...one, examples: shown ? [...others, picture] : others };
      }),
    };
  }

  /** Undoes this change and all after it; without one, the newest that stands.
   *
   * Raises: ChangedMeanwhileError where `edit` has been followed by one that is not shown. */
  async undo(edit?: Edit): Promise<void> {
    const known = new Set(this.edits.map(({ id }) => id));
    await this.#loadEdits();
    const wanted = edit ?? newestStanding(this.edits);
    const steps = wanted === undefined ? [] : undoneWith(this.edits, wanted.id);
    if (steps.some(({ id }) => !known.has(id))) throw new ChangedMeanwhileError();
    for (const _ of steps) {
      this.question = await answer(
        api.POST('/api/questions/{question_id}/undo', { params: this.#params }),
      );
    }
    await this.#loadEdits();
    await this.#count();
  }

  get #params() {
    return { path: { question_id: this.question.id } };
  }

  #paramsOf(choice: number) {
    return { path: { question_id: this.question.id, choice_id: choice } };
  }

  async #take(call: Promise<Question>): Promise<void> {
    this.question = await call;
    await this.#loadEdits();
  }

  async #loadEdits(): Promise<void> {
    this.edits = await answer(
      api.GET('/api/questions/{question_id}/edits', { params: this.#params }),
    );
  }

  async #count(): Promise<void> {
    if (this.question.kind === 'number') return;
    const turn = ++this.#counting;
    const { classes } = await answer(
      api.GET('/api/questions/{question_id}/progress', { params: this.#params }),
    );
    if (turn !== this.#counting) return;
    this.counts = new Map(classes.map(({ choice_id, pictures }) => [choice_id, pictures]));
  }
}
