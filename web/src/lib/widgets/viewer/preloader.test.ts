import { describe, expect, it } from 'vitest';
import { Preloader } from './preloader';

function counting(broken: string[] = []) {
  const asked: string[] = [];
  const preloader = new Preloader(3, async (url) => {
    asked.push(url);
    if (broken.includes(url)) throw new Error(`no ${url}`);
    return { width: url.length, height: 1, element: null };
  });
  return { preloader, asked };
}

describe('Preloader', () => {
  it('fetches each picture once', async () => {
    const { preloader, asked } = counting();
    preloader.prepare(['a', 'bb']);
    expect(await preloader.ready('bb')).toEqual({
      url: 'bb',
      width: 2,
      height: 1,
      element: null,
    });
    await preloader.ready('a');
    expect(asked).toEqual(['a', 'bb']);
  });

  it('forgets the picture that was asked for longest ago', async () => {
    const { preloader, asked } = counting();
    for (const url of ['a', 'b', 'c', 'a', 'd', 'a', 'b']) await preloader.ready(url);
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'b']);
  });

  it('tells of a picture that cannot be shown, and tries it again when asked again', async () => {
    const { preloader, asked } = counting(['x']);
    preloader.prepare(['x']);
    await expect(preloader.ready('x')).rejects.toThrow('no x');
    await expect(preloader.ready('x')).rejects.toThrow('no x');
    expect(asked).toEqual(['x', 'x']);
  });
});
