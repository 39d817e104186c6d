import { describe, expect, it } from 'vitest';
import { UndoStack } from './undo-stack';

function writer() {
  const text: string[] = [];
  const stack = new UndoStack(3);
  const write = (word: string) => {
    text.push(word);
    stack.push({ title: word, undo: () => void text.pop(), redo: () => void text.push(word) });
  };
  return { text, stack, write };
}

describe('UndoStack', () => {
  it('has nothing to undo at first', async () => {
    const { stack } = writer();
    expect(await stack.undo()).toBeNull();
    expect(await stack.redo()).toBeNull();
    expect(stack.next).toEqual({ undo: null, redo: null });
  });

  it('goes back and forth', async () => {
    const { text, stack, write } = writer();
    write('a');
    write('b');
    expect((await stack.undo())?.title).toBe('b');
    await stack.undo();
    expect(text).toEqual([]);
    await stack.redo();
    expect(text).toEqual(['a']);
    expect(stack.next.undo?.title).toBe('a');
    expect(stack.next.redo?.title).toBe('b');
  });

  it('forgets what was undone once something new is done', async () => {
    const { text, stack, write } = writer();
    write('a');
    await stack.undo();
    write('c');
    expect(await stack.redo()).toBeNull();
    expect(text).toEqual(['c']);
  });

  it('keeps only so many', async () => {
    const { text, stack, write } = writer();
    for (const word of ['a', 'b', 'c', 'd', 'e']) write(word);
    while (await stack.undo());
    expect(text).toEqual(['a', 'b']);
  });

  it('undoes one after the other when asked twice at once', async () => {
    const order: string[] = [];
    const stack = new UndoStack();
    const slow = (name: string, ms: number) => ({
      title: name,
      undo: async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, ms));
        order.push(`${name} ends`);
      },
      redo: () => undefined,
    });
    stack.push(slow('first', 1));
    stack.push(slow('second', 10));
    await Promise.all([stack.undo(), stack.undo()]);
    expect(order).toEqual(['second begins', 'second ends', 'first begins', 'first ends']);
  });

  it('keeps a step that could not be undone', async () => {
    const stack = new UndoStack();
    let broken = true;
    stack.push({
      title: 'x',
      undo: () => {
        if (broken) throw new Error('offline');
      },
      redo: () => undefined,
    });
    await expect(stack.undo()).rejects.toThrow('offline');
    broken = false;
    expect((await stack.undo())?.title).toBe('x');
  });

  it('tells who listens', async () => {
    const { stack, write } = writer();
    const seen: (string | undefined)[] = [];
    const stop = stack.subscribe(({ undo }) => seen.push(undo?.title));
    write('a');
    await stack.undo();
    stop();
    write('b');
    expect(seen).toEqual([undefined, 'a', undefined]);
  });
});
