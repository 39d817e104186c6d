import { describe, expect, it } from 'vitest';
import {
  figureText,
  progressText,
  quiet,
  severityText,
  sinceText,
  sorted,
  type Finding,
} from './findings';

const finding = (more: Partial<Finding> = {}): Finding => ({
  id: 'i',
  check: 'copies',
  title: 't',
  why: 'w',
  severity: 'warning',
  actions: [],
  figures: {},
  certainty: 1,
  open: 1,
  handled: 0,
  dismissed: 0,
  pictures: 2,
  ...more,
});

describe('findings', () => {
  it('are counted by how bad they are, the worst first', () => {
    const all = [finding(), finding({ severity: 'error' }), finding()];
    expect(severityText(all)).toBe('1 error, 2 warnings');
    expect(severityText([])).toBe('');
  });

  it('wait while a case is open', () => {
    const done = finding({ open: 0, handled: 2 });
    expect(sorted([done, finding()])).toEqual({ waiting: [finding()], done: [done] });
  });

  it('tell how far people are', () => {
    expect(progressText(finding())).toBe('1 case waits');
    expect(progressText(finding({ open: 1200, handled: 3, dismissed: 1 }))).toBe(
      '1,200 cases wait, 3 handled, 1 dismissed',
    );
    expect(progressText(finding({ open: 0, dismissed: 2 }))).toBe('2 dismissed');
  });

  it('tell what has changed since', () => {
    expect(sinceText({ added: 0, removed: 0, answered: 0 })).toBe('');
    expect(sinceText({ added: 2, removed: 1, answered: 5 })).toBe(
      '2 pictures came, 1 picture went and 5 pictures got answers',
    );
    expect(sinceText(null)).toBe('');
  });

  it('tell a check that found nothing from one that could not look', () => {
    const checks = [
      { name: 'copies', title: 'Copies', could_not: null },
      { name: 'dark', title: 'Dark pictures', could_not: null },
      { name: 'labels', title: 'Label errors', could_not: 'too few labels' },
    ];
    expect(quiet({ checks, findings: [finding()] })).toEqual({
      clean: ['Dark pictures'],
      blind: [{ title: 'Label errors', why: 'too few labels' }],
    });
  });

  it('show figures with the digits that count', () => {
    expect(figureText(12345)).toBe('12,345');
    expect(figureText(0.123456)).toBe('0.123');
    expect(figureText(null)).toBe('none');
  });
});
