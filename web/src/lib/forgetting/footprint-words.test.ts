import { describe, expect, it } from 'vitest';
import { consequences, firstOf, type Footprint } from './footprint-words';

const footprint: Footprint = {
  images: 1,
  names: [{ dataset_id: 1, dataset: 'leaves', name: 'a.jpg' }],
  hidden_datasets: 0,
  votes: 2,
  versions: [],
  models: [],
  linked_paths: [],
  allowed: true,
};

describe('what forgetting takes with it', () => {
  it('says what is deleted, and nothing of what there is not', () => {
    const said = consequences(footprint, 1);
    expect(said[0]).toContain('1 picture with 2 answers');
    expect(said).toHaveLength(2);
  });

  it('names other datasets, versions, models and files outside', () => {
    const said = consequences(
      {
        ...footprint,
        names: [...footprint.names, { dataset_id: 2, dataset: 'moths', name: 'b.jpg' }],
        versions: ['leaves version 1'],
        models: ['leaves 1 (run 3)'],
        linked_paths: ['/data/a.jpg'],
      },
      1,
    ).join(' ');
    for (const word of ['moths', 'leaves version 1', 'leaves 1 (run 3)', '/data/a.jpg']) {
      expect(said).toContain(word);
    }
  });

  it('shortens long lists', () => {
    expect(firstOf(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more');
  });
});
