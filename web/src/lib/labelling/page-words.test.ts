import { describe, expect, it } from 'vitest';
import type { Choice } from '$lib/pictures/picture';
import type { PageFacts } from './page-session';
import { expectation, isOrder, isTogether, percent, questionOf } from './page-words';

const facts = (more: Partial<PageFacts> = {}): PageFacts => ({
  by: 'class',
  choice_id: 1,
  cluster: null,
  blind: false,
  expected: 0.9,
  reason: null,
  ...more,
});
const choices = [{ id: 1, name: 'rust' }] as Choice[];

describe('a page in words', () => {
  it('asks whether all are of the class', () => {
    expect(questionOf(facts(), choices)).toBe('Are these all rust?');
    expect(questionOf(facts({ by: 'cluster', choice_id: null }), choices)).toContain('look like');
  });

  it('says nothing of a model where somebody answers blind', () => {
    const blind = facts({ by: 'queue', blind: true });
    expect(questionOf(blind, choices)).not.toContain('rust');
    expect(expectation(blind, 20)).toBeNull();
    expect(isTogether(blind)).toBe(false);
  });

  it('tells how many the model expects to be wrong', () => {
    expect(expectation(facts(), 20)).toContain('wrong about 2 of these 20');
    expect(expectation(facts({ expected: 0.999 }), 20)).toContain('right about all');
    expect(expectation(facts({ expected: null }), 20)).toBeNull();
  });

  it('never calls a model certain', () => {
    expect(percent(0.9999)).toBe('99 %');
    expect(percent(0.424)).toBe('42 %');
  });

  it('knows the orders of an address', () => {
    expect(isOrder('cluster')).toBe(true);
    expect(isOrder('nonsense')).toBe(false);
    expect(isOrder(null)).toBe(false);
  });
});
