/** The datasets in which the person has a role, for the whole app. */
import { answer, api } from '$lib/api/client';
import type { components } from '$lib/api/schema';

export type Dataset = components['schemas']['DatasetShape'];

class Datasets {
  /** Null until they have been fetched. */
  items = $state.raw<Dataset[] | null>(null);
  #loading: Promise<Dataset[]> | null = null;

  find(id: number): Dataset | undefined {
    return this.items?.find((dataset) => dataset.id === id);
  }

  /** Fetches them anew. Raises: ApiError. */
  load(): Promise<Dataset[]> {
    this.#loading ??= answer(api.GET('/api/datasets'))
      .then(({ items }) => (this.items = items))
      .finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** Makes an empty one, of which the person is the maintainer. Raises: ApiError. */
  async create(name: string, description: string): Promise<Dataset> {
    const made = await answer(api.POST('/api/datasets', { body: { name, description } }));
    this.put(made);
    return made;
  }

  /** Takes a newer state of one of them. */
  put(dataset: Dataset): void {
    const others = (this.items ?? []).filter(({ id }) => id !== dataset.id);
    this.items = [...others, dataset].sort((a, b) => a.name.localeCompare(b.name));
  }

  forget(): void {
    this.items = null;
  }
}

export const datasets = new Datasets();
