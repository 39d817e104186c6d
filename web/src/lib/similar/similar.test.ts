import { describe, expect, it } from 'vitest';
import type { Question } from '$lib/pictures/picture';
import type { SimilarPictures } from './requests';
import {
  cosineText,
  firstPicture,
  foundText,
  labelHref,
  missingText,
  readAsked,
  similarHref,
} from './similar';

const asked = (query: string) => readAsked(new URLSearchParams(query));
const found = (shown: number, compared: number): SimilarPictures => ({
  items: new Array(shown),
  compared,
  missing: 0,
});
const question = (kind: Question['kind'], suggestions = true) =>
  ({ id: 4, kind, settings: { suggestions } }) as Question;

describe('the address', () => {
  it('is read', () => {
    expect(asked('picture=12&question=3&count=200')).toEqual({
      picture: 12,
      question: 3,
      count: 200,
      file: false,
    });
    expect(asked('file=')).toMatchObject({ picture: null, file: true });
  });

  it('may have been typed by hand', () => {
    expect(asked('picture=-1&question=a&count=7')).toEqual({
      picture: null,
      question: null,
      count: 100,
      file: false,
    });
    expect(asked('file=&picture=12')).toMatchObject({ picture: 12, file: false });
  });

  it('is made so that it is read again', () => {
    expect(similarHref(2)).toBe('/datasets/2/similar');
    const query = similarHref(2, 12, 3).split('?')[1] ?? '';
    expect(asked(query)).toMatchObject({ picture: 12, question: 3 });
  });
});

describe('where pages like a picture are labelled', () => {
  it('asks for those that are similar to it', () => {
    expect(labelHref(2, 12, question('single'), 'annotator')).toBe(
      '/datasets/2/label?question=4&mode=pages&order=similar&like=12',
    );
  });

  it('is nowhere for other questions, without suggestions, and for viewers', () => {
    expect(labelHref(2, 12, undefined, 'maintainer')).toBeNull();
    expect(labelHref(2, 12, question('many'), 'maintainer')).toBeNull();
    expect(labelHref(2, 12, question('single', false), 'maintainer')).toBeNull();
    expect(labelHref(2, 12, question('single'), 'viewer')).toBeNull();
  });
});

describe('files that were given', () => {
  it('takes the first picture, and one of unknown type rather than none', () => {
    const files = [{ type: 'text/plain' }, { type: '' }, { type: 'image/png' }];
    expect(firstPicture(files)).toBe(files[2]);
    expect(firstPicture(files.slice(0, 2))).toBe(files[1]);
    expect(firstPicture(files.slice(0, 1))).toBeUndefined();
    expect(firstPicture([])).toBeUndefined();
  });
});

describe('words', () => {
  it('never calls equal what is not', () => {
    expect([1, 0.99996, 0.9951, 0.874, 0.1, -0.001, -0.5].map(cosineText)).toEqual([
      '1.00',
      '0.999',
      '0.995',
      '0.87',
      '0.10',
      '0.00',
      '-0.50',
    ]);
  });

  it('tells how many there are', () => {
    expect(foundText(found(100, 1204))).toBe('The 100 most similar of 1,204 pictures');
    expect(foundText(found(71, 71))).toBe('71 pictures, the most similar first');
    expect(foundText(found(1, 1))).toBe('1 picture, the most similar first');
    expect(foundText(found(0, 0))).toContain('no other picture');
  });

  it('tells what was not compared', () => {
    expect(missingText(0)).toBeNull();
    expect(missingText(1)).toBe('1 picture was not compared: it is not prepared yet.');
    expect(missingText(1200)).toBe('1,200 pictures were not compared: they are not prepared yet.');
  });
});
