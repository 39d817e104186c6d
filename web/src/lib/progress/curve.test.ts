import { describe, expect, it } from 'vitest';
import { curveOf, pointText } from './curve';
import type { Field } from './line';

const field: Field = { width: 120, height: 70, left: 10, bottom: 10, inset: 5 };
const point = (labels: number, value: number, low: number | null = value - 0.1) => ({
  labels,
  accuracy: { value, low, high: low === null ? null : value + 0.1 },
});

describe('curveOf', () => {
  const points = [point(100, 0.6), point(200, 0.7)];
  const band = [point(100, 0.6), point(200, 0.7), point(300, 0.75)];

  it('puts labels as far apart as they are, up to the end of the forecast', () => {
    const { marks, now, columns } = curveOf({ points, band }, field);
    expect(marks.map(({ x }) => x)).toEqual([15, 65]);
    expect(now).toBe(65);
    expect(columns.map(({ text }) => text)).toEqual(['100', '200', '300']);
    expect(columns.map(({ at }) => at)).toEqual([15, 65, 115]);
  });

  it('has more at the top, and each interval around its mark', () => {
    const { marks } = curveOf({ points, band }, field);
    for (const { top, y, bottom } of marks) {
      expect(top).toBeLessThan(y);
      expect(y).toBeLessThan(bottom);
    }
    expect(marks[1]?.y).toBeLessThan(marks[0]?.y as number);
  });

  it('draws what is ahead apart from what was measured, without a gap', () => {
    const { fitted, ahead, band: area } = curveOf({ points, band }, field);
    expect(fitted).toMatch(/^M15 [\d.]+L65 [\d.]+$/);
    expect(ahead).toMatch(/^M65 [\d.]+L115 [\d.]+$/);
    expect(ahead.slice(1).startsWith(fitted.split('L')[1] as string)).toBe(true);
    expect(area.split('L')).toHaveLength(6);
    expect(area.endsWith('Z')).toBe(true);
  });

  it('shows what was measured where nothing could be fitted', () => {
    const found = curveOf({ points, band: [] }, field);
    expect([found.fitted, found.ahead, found.band]).toEqual(['', '', '']);
    expect(found.marks.map(({ x }) => x)).toEqual([15, 115]);
    expect(found.columns.map(({ text }) => text)).toEqual(['100', '200']);
  });

  it('names no number of labels that would run into another', () => {
    const far = [point(100, 0.6), point(5000, 0.7)];
    const { columns } = curveOf({ points: far, band: [...far, point(5100, 0.7)] }, field);
    expect(columns.map(({ text }) => text)).toEqual(['100', '5,000']);
  });

  it('keeps a mark without an interval on the field', () => {
    const { marks } = curveOf({ points: [point(50, 1, null)], band: [] }, field);
    expect(marks).toHaveLength(1);
    expect(marks[0]).toMatchObject({ x: 65, y: 5, top: 5, bottom: 5 });
  });
});

it('tells a point in words', () => {
  expect(pointText(point(1240, 0.83))).toBe('1,240 labels: 83 %, between 73 % and 93 %');
});
