import { describe, expect, it, vi } from 'vitest';
import type { MapColours, MapPoints } from './map-bytes';
import { MapState, type Wanted } from './map-state.svelte';
import type { MapCalls } from './requests';

const points: MapPoints = {
  ids: Uint32Array.of(3, 5, 8, 13),
  xy: Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1),
  added: 0,
};
const line = (name: string) => ({
  name,
  tone: 'own' as const,
  colour: null,
  count: 2,
  choice_id: null,
});
const colours: MapColours = {
  title: 'symptom',
  note: '',
  categories: [line('rust'), line('miner')],
  values: Uint16Array.of(0, 1, 0, 1),
};
const wanted: Wanted = { layout: 'pca', by: 'label', question: 1 };

function mapWith(calls: Partial<MapCalls>): MapState {
  return new MapState(1, {
    points: async () => ({ found: points, pictures: 'a' }),
    colours: async () => ({ found: colours, pictures: 'a' }),
    ...calls,
  } as MapCalls);
}

describe('MapState', () => {
  it('shows points in their colours', async () => {
    const map = mapWith({});
    await map.show(wanted);
    expect(map.rgba).toHaveLength(16);
    expect(map.lines.map(({ name }) => name)).toEqual(['rust', 'miner']);
    expect([map.error, map.colourError, map.loading]).toEqual([null, null, false]);
  });

  it('shows points without colours where there are none', async () => {
    const map = mapWith({ colours: () => Promise.reject(new Error('no predictions')) });
    await map.show(wanted);
    expect([map.colourError, map.error]).toEqual(['no predictions', null]);
    expect(map.points).not.toBeNull();
    expect(map.rgba.every((value) => value > 0)).toBe(true);
  });

  it('does not colour points by what is about other pictures', async () => {
    const map = mapWith({ colours: async () => ({ found: colours, pictures: 'b' }) });
    await map.show(wanted);
    expect(map.colours).toBeNull();
    expect(map.colourError).toContain('meanwhile');
  });

  it('shows what was asked for last, whatever comes last', async () => {
    let finish: (value: { found: MapPoints; pictures: string }) => void = () => undefined;
    const slow = new Promise<{ found: MapPoints; pictures: string }>((resolve) => {
      finish = resolve;
    });
    const asked = vi
      .fn()
      .mockReturnValueOnce(slow)
      .mockResolvedValueOnce({ found: points, pictures: 'a' });
    const map = mapWith({ points: asked });
    const first = map.show({ ...wanted, layout: 'neighbours' });
    await map.show(wanted);
    finish({ found: { ...points, added: 99 }, pictures: 'a' });
    await first;
    expect(map.points?.added).toBe(0);
  });

  it('isolates one line, adds another, and shows all again', async () => {
    const map = mapWith({});
    await map.show(wanted);
    map.isolate(1, false);
    expect([...(map.only ?? [])]).toEqual([1]);
    map.chooseShown();
    expect(map.chosenIds).toEqual([5, 13]);
    map.isolate(0, true);
    expect(map.only).toBeNull();
    map.isolate(0, false);
    map.isolate(0, false);
    expect(map.only).toBeNull();
  });

  it('chooses anew or in addition', async () => {
    const map = mapWith({});
    await map.show(wanted);
    map.choose([2, 0]);
    map.choose([3, 2], true);
    expect(map.chosenIds).toEqual([3, 8, 13]);
    map.choose([1]);
    expect(map.chosenIds).toEqual([5]);
  });

  it('finds where a picture is', async () => {
    const map = mapWith({});
    expect(map.placeOf(5)).toBe(-1);
    await map.show(wanted);
    expect([3, 5, 8, 13].map((id) => map.placeOf(id))).toEqual([0, 1, 2, 3]);
    expect([1, 4, 99].map((id) => map.placeOf(id))).toEqual([-1, -1, -1]);
  });

  it('chooses nothing any more once there are other pictures', async () => {
    const map = mapWith({
      points: vi
        .fn()
        .mockResolvedValueOnce({ found: points, pictures: 'a' })
        .mockResolvedValueOnce({ found: points, pictures: 'b' }),
    });
    await map.show(wanted);
    map.choose([1]);
    await map.show(wanted);
    expect(map.chosen).toEqual([]);
  });

  it('gives one answer for many pictures in parts', async () => {
    const give = vi.fn(async (_: number, answers: { key: string; picture_id: number }[]) =>
      answers.map(({ key, picture_id }) => ({ key, picture_id, status: 'stored' as const })),
    );
    const map = mapWith({ give: give as unknown as MapCalls['give'] });
    const many = Array.from({ length: 1200 }, (_, at) => at + 1);
    const sent = await map.answer(7, many, { verdict: 'answer', choice_ids: [2], number: null });
    expect(sent.stored).toHaveLength(1200);
    expect(give.mock.calls.map(([, answers]) => answers.length)).toEqual([500, 500, 200]);
    expect(map.progress).toBeNull();
  });
});
