import { describe, expect, it } from 'vitest';
import { readColours, readPoints } from './map-bytes';

export function pointsOf(ids: number[], xy: number[], added = 0): ArrayBuffer {
  const bytes = new ArrayBuffer(16 + 12 * ids.length);
  new Uint8Array(bytes).set([...'FGMP'].map((letter) => letter.charCodeAt(0)));
  new Uint32Array(bytes, 4, 3).set([1, ids.length, added]);
  new Uint32Array(bytes, 16, ids.length).set(ids);
  new Float32Array(bytes, 16 + 4 * ids.length).set(xy);
  return bytes;
}

export function coloursOf(legend: object, values: Uint16Array | Float32Array): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(legend));
  const length = Math.ceil(text.length / 4) * 4;
  const bytes = new ArrayBuffer(16 + length + values.byteLength);
  const all = new Uint8Array(bytes);
  all.set([...'FGMC'].map((letter) => letter.charCodeAt(0)));
  const kind = values instanceof Uint16Array ? 0 : 1;
  new Uint32Array(bytes, 4, 3).set([kind, values.length, length]);
  all.fill(32, 16, 16 + length);
  all.set(text, 16);
  all.set(new Uint8Array(values.buffer), 16 + length);
  return bytes;
}

describe('readPoints', () => {
  it('gives ids and places', () => {
    const { ids, xy, added } = readPoints(pointsOf([3, 8], [0.5, -1, 2, 4], 1));
    expect([[...ids], [...xy], added]).toEqual([[3, 8], [0.5, -1, 2, 4], 1]);
    expect(readPoints(pointsOf([], [])).ids).toHaveLength(0);
  });

  it.each([new ArrayBuffer(0), new ArrayBuffer(40), pointsOf([1], [2, 3]).slice(0, 24)])(
    'refuses what is something else or cut short',
    (bytes) => expect(() => readPoints(bytes)).toThrow('cannot read'),
  );
});

describe('readColours', () => {
  it('gives the legend and a value for each picture', () => {
    const legend = { title: 'Größe', note: '', categories: [] };
    const numbers = readColours(coloursOf(legend, Float32Array.of(1.5, NaN)));
    expect(numbers.title).toBe('Größe');
    expect([...numbers.values]).toEqual([1.5, NaN]);
    const places = readColours(coloursOf(legend, Uint16Array.of(2, 0, 1)));
    expect([...places.values]).toEqual([2, 0, 1]);
  });

  it('refuses what is cut short', () => {
    const bytes = coloursOf({ categories: [] }, Uint16Array.of(1, 2));
    expect(() => readColours(bytes.slice(0, bytes.byteLength - 2))).toThrow('cannot read');
  });
});
