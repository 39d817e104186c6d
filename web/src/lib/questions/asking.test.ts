import { describe, expect, it } from 'vitest';
import { changesOf, effectsOf, fieldOf, formOf, readForm, storyOf, type Settings } from './asking';

const settings: Settings = {
  answers_needed: 3,
  answers_most: 5,
  agreement: 0.66,
  order: 'random',
  order_column: null,
  seed: 0,
  blind: true,
  count_imports: false,
  gold_share: 0.07,
  show_accuracy: false,
  label_method: 'majority',
  suggestions: true,
  holdout_share: 0.05,
  lease_minutes: 15,
  least: null,
  greatest: 12.5,
  unit: '%',
  tolerance: 0,
};

describe('form', () => {
  it('gives back what it was made from', () => {
    expect(readForm(formOf(settings))).toEqual({ settings, errors: {} });
  });

  it('gives back every whole percentage', () => {
    for (let percent = 0; percent <= 100; percent++) {
      const agreement = percent / 100;
      const form = formOf({ ...settings, agreement });
      expect(form.agreement).toBe(String(percent));
      expect(readForm(form).settings.agreement).toBe(agreement);
    }
  });

  it('reads a comma, and nothing as no limit', () => {
    const read = readForm({ ...formOf(settings), greatest: ' 3,5 ', answers_most: '' });
    expect(read.settings.greatest).toBe(3.5);
    expect(read.settings.answers_most).toBeNull();
    expect(read.errors).toEqual({});
  });

  it('says beside the field what cannot be read', () => {
    const { errors } = readForm({
      ...formOf(settings),
      answers_needed: '',
      lease_minutes: '1.5',
      least: 'low',
      order: 'column',
    });
    expect(errors).toEqual({
      answers_needed: 'Type a number.',
      lease_minutes: 'Type a whole number.',
      least: 'Type a number.',
      order_column: 'Choose the column to go by.',
    });
  });
});

describe('changesOf', () => {
  it('sends only what is different', () => {
    expect(changesOf(settings, settings)).toEqual({});
    expect(changesOf(settings, { ...settings, blind: false, greatest: null })).toEqual({
      blind: false,
      greatest: null,
    });
  });

  it('keeps the most when more are needed', () => {
    expect(changesOf(settings, { ...settings, answers_needed: 4 })).toEqual({
      answers_needed: 4,
      answers_most: 5,
    });
  });
});

it('fieldOf finds what the server speaks of', () => {
  expect(fieldOf('answers_most must be from 3 to 100, not 2.')).toBe('answers_most');
  expect(fieldOf('least (5.0) is above greatest (2.0).')).toBe('least');
  expect(fieldOf('You must be a maintainer.')).toBeNull();
});

describe('effectsOf', () => {
  it('is silent about what changes nothing that is there', () => {
    expect(effectsOf(settings, { ...settings, blind: false, lease_minutes: 5 })).toEqual([]);
  });

  it('tells of counting, order and weighing', () => {
    expect(effectsOf(settings, { ...settings, agreement: 0.7 })).toHaveLength(1);
    expect(effectsOf(settings, { ...settings, seed: 4 })[0]).toContain('front of the new order');
    expect(effectsOf(settings, { ...settings, label_method: 'dawid-skene' })).toHaveLength(2);
  });
});

describe('storyOf', () => {
  it('says how many must agree', () => {
    expect(storyOf(settings, 'single')).toBe(
      'Each picture is shown to 3 people, and closes when 2 of 3 answers are the same. While they disagree up to 5 people are asked; if fewer than 4 of 5 agree, a reviewer decides.',
    );
    expect(storyOf({ ...settings, answers_most: null, agreement: 2 / 3 }, 'number')).toBe(
      'Each picture is shown to 3 people, and closes when 2 of 3 answers are within the tolerance of each other. Otherwise a reviewer decides.',
    );
  });

  it('is short where one answer is enough', () => {
    const one = { ...settings, answers_needed: 1, answers_most: null };
    expect(storyOf(one, 'single')).toContain('whose answer becomes its label');
    expect(storyOf({ ...one, answers_needed: 0 }, 'single')).toBe('');
  });

  it('speaks of probability where annotators are weighed', () => {
    const weighed = { ...settings, label_method: 'dawid-skene' };
    expect(storyOf(weighed, 'single')).toContain('at least 66 % probable. Until then up to 5');
    expect(storyOf({ ...weighed, answers_most: null }, 'single')).toContain('Otherwise a reviewer');
  });
});
