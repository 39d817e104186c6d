import { describe, expect, it } from 'vitest';
import type { Forecast, Stopping } from './requests';
import {
  aheadText,
  basisText,
  gainsText,
  gainText,
  minutesText,
  sharesText,
  verdictOf,
} from './stopping';

const figure = (value: number, low: number | null, high: number | null) => ({ value, low, high });
const found = (more: Partial<Stopping>): Stopping => ({
  words: '',
  judged: 40,
  scenes: 40,
  learned: 200,
  left_out: 0,
  without_vectors: 0,
  accuracy: figure(0.8, 0.7, 0.9),
  points: [],
  band: [],
  forecast: null,
  reason: null,
  ...more,
});

it('has a word for each verdict', () => {
  const titles = (['keep', 'little', 'unclear'] as const).map(
    (verdict) => verdictOf({ verdict } as Forecast).title,
  );
  expect(titles).toEqual(['Keep labelling', 'More labels bring little', 'It cannot be told yet']);
});

it('says what is ahead once, beside the verdict', () => {
  const words = 'Keep labelling: the next 100 answers would bring 1.8 points. A model is right.';
  expect(aheadText(words)).toBe('The next 100 answers would bring 1.8 points.');
  expect(aheadText('Keep labelling: the next.')).toBe('The next.');
});

it('gives shares and gains with their intervals', () => {
  expect(sharesText(figure(0.8, 0.702, 0.893))).toBe('70 to 89 %');
  expect(sharesText(figure(0.8, null, null))).toBe(null);
  expect(gainText(figure(0.0123, 0, 0))).toBe('+1.2 points');
  expect(gainsText(figure(0.0123, 0.001, 0.0249))).toBe('0.1 to 2.5 points');
  expect(gainsText(figure(0.0123, null, 0.02))).toBe(null);
});

it.each([
  [0.4, 'Less than a minute'],
  [1.2, '1 minute'],
  [6.4, '6 minutes'],
  [89, '89 minutes'],
  [125, '2 hours'],
])('tells %d minutes no more exactly than they are known', (minutes, text) => {
  expect(minutesText(minutes)).toBe(text);
});

describe('basisText', () => {
  it('names what was measured and by what', () => {
    expect(basisText(found({}))).toBe(
      'Measured on 40 pictures, drawn by lot and labelled without suggestions, with a model of 200 labels.',
    );
  });

  it('names groups, and what does not count', () => {
    const text = basisText(found({ scenes: 12, left_out: 1, without_vectors: 30 }));
    expect(text).toContain('40 pictures from 12 groups or scenes,');
    expect(text).toContain('1 label of the same groups or scenes was left out.');
    expect(text).toContain('30 labelled pictures without vectors do not count yet.');
  });
});
