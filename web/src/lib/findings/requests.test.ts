import { describe, expect, it } from 'vitest';
import { inPieces } from './requests';

describe('inPieces', () => {
  it('sends each once, in pieces of at most the size, and gathers what was done', async () => {
    const sent: number[][] = [];
    const done = await inPieces(
      [1, 2, 3, 4, 5],
      async (piece) => {
        sent.push(piece);
        return piece.filter((id) => id !== 3);
      },
      2,
    );
    expect(sent).toEqual([[1, 2], [3, 4], [5]]);
    expect(done).toEqual([1, 2, 4, 5]);
    expect(await inPieces([], async () => [1])).toEqual([]);
  });
});
