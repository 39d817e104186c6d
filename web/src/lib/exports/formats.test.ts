import { describe, expect, it } from 'vitest';
import { acceptOf, fileText, orderOf, titleOf, type LabelFormat } from './formats';

const jsonl: LabelFormat = { name: 'jsonl', suffixes: ['.jsonl', '.ndjson'], description: '' };
const yolo: LabelFormat = { name: 'yolo', suffixes: [], description: '' };
const wish = { questions: null, named: true, labelsOnly: false };

describe('orderOf', () => {
  it('sends a file of labels without pictures, and with what was wished', () => {
    expect(orderOf(jsonl, { ...wish, questions: [3, 1] })).toEqual({
      format: 'jsonl',
      question_ids: [3, 1],
      named: true,
      with_pictures: false,
      labels_only: false,
    });
  });

  it('sends a folder with its pictures, and without people', () => {
    expect(orderOf(yolo, wish)).toEqual({
      format: 'yolo',
      question_ids: null,
      named: false,
      with_pictures: true,
      labels_only: true,
    });
  });

  it('names nobody where no answer of anybody is written', () => {
    expect(orderOf(jsonl, { ...wish, labelsOnly: true }).named).toBe(false);
  });
});

it('knows formats by the names that people use, and others by their own', () => {
  expect(titleOf(jsonl)).toBe('JSON Lines');
  expect(titleOf({ name: 'mine' })).toBe('mine');
  expect(fileText(jsonl)).toBe('.jsonl');
  expect(fileText(yolo)).toContain('ZIP');
});

it('offers each kind of file once, and ZIP files for folders', () => {
  expect(acceptOf([jsonl, yolo, jsonl])).toBe('.jsonl,.ndjson,.zip');
  expect(acceptOf([])).toBe('.zip');
});
