import { describe, expect, it } from 'vitest';
import { capsOf, chordOf, normalise } from './chord';
import { KeyMap, type Action } from './keymap';

function element(tagName: string, more: object = {}): EventTarget {
  return { tagName, closest: () => null, ...more } as unknown as EventTarget;
}

function press(key: string, more: object = {}) {
  const event = {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    target: element('BODY'),
    defaultPrevented: false,
    isComposing: false,
    preventDefault() {
      event.defaultPrevented = true;
    },
    ...more,
  };
  return event;
}

class Memory {
  kept = new Map<string, string>();
  getItem = (name: string) => this.kept.get(name) ?? null;
  setItem = (name: string, value: string) => void this.kept.set(name, value);
  removeItem = (name: string) => void this.kept.delete(name);
}

function keymapWith(...actions: (Partial<Action> & { id: string })[]) {
  const done: string[] = [];
  const clock = { now: 0 };
  const keymap = new KeyMap({ store: new Memory(), now: () => clock.now });
  const remove = keymap.add(
    actions.map((action) => ({
      title: action.id,
      group: 'Test',
      run: () => void done.push(action.id),
      ...action,
    })),
  );
  return { keymap, done, clock, remove };
}

describe('chord', () => {
  it.each([
    [{ key: 'k', ctrlKey: true }, 'ctrl+k'],
    [{ key: 'K', shiftKey: true }, 'shift+k'],
    [{ key: '?', shiftKey: true }, '?'],
    [{ key: ' ' }, 'Space'],
    [{ key: '+', shiftKey: true }, '+'],
    [{ key: '+', ctrlKey: true }, 'ctrl++'],
    [{ key: 'ArrowLeft', shiftKey: true, altKey: true }, 'alt+shift+ArrowLeft'],
    [{ key: 'Shift', shiftKey: true }, null],
  ])('writes %o as %s', (event, text) => {
    expect(chordOf(press('', event))).toBe(text);
  });

  it.each([
    ['mod+K', false, 'ctrl+k'],
    ['mod+K', true, 'meta+k'],
    ['Shift+Ctrl+ArrowUp', false, 'ctrl+shift+ArrowUp'],
    [' g  d ', false, 'g d'],
    ['+', false, '+'],
    ['ctrl++', false, 'ctrl++'],
  ])('normalises %s (Mac: %s) to %s', (given, mac, text) => {
    expect(normalise(given, mac)).toBe(text);
    expect(normalise(text, mac)).toBe(text);
  });

  it('draws caps', () => {
    expect(capsOf('mod+k', false)).toEqual([['Ctrl', 'K']]);
    expect(capsOf('mod+shift+k', true)).toEqual([['⌘', '⇧', 'K']]);
    expect(capsOf('g ArrowLeft', false)).toEqual([['G'], ['←']]);
    expect(capsOf('ctrl++', false)).toEqual([['Ctrl', '+']]);
  });
});

describe('KeyMap', () => {
  it('does the action of a key and keeps the browser from doing its own', () => {
    const { keymap, done } = keymapWith({ id: 'save', keys: ['ctrl+s'] });
    const event = press('s', { ctrlKey: true });
    expect(keymap.press(event)).toBe(true);
    expect(event.defaultPrevented).toBe(true);
    expect(keymap.press(press('s'))).toBe(false);
    expect(done).toEqual(['save']);
  });

  it('runs an action by name, for a button or a menu', () => {
    const { keymap, done } = keymapWith({ id: 'a' }, { id: 'b', enabled: () => false });
    expect(keymap.run('a')).toBe(true);
    expect(keymap.run('b')).toBe(false);
    expect(keymap.run('c')).toBe(false);
    expect(done).toEqual(['a']);
  });

  it('leaves keys alone while somebody types', () => {
    const { keymap, done } = keymapWith(
      { id: 'plain', keys: ['d'] },
      { id: 'always', keys: ['ctrl+k'], always: true },
    );
    for (const target of [
      element('INPUT', { type: 'text' }),
      element('TEXTAREA'),
      element('SELECT'),
      element('DIV', { isContentEditable: true }),
      element('DIV', { closest: () => ({}) }),
    ]) {
      expect(keymap.press(press('d', { target }))).toBe(false);
      expect(keymap.press(press('k', { target, ctrlKey: true }))).toBe(true);
    }
    expect(keymap.press(press('d', { isComposing: true }))).toBe(false);
    expect(keymap.press(press('d', { defaultPrevented: true }))).toBe(false);
    expect(keymap.press(press('d', { target: element('INPUT', { type: 'checkbox' }) }))).toBe(true);
    expect(done.filter((id) => id === 'plain')).toHaveLength(1);
  });

  it('leaves Enter and Space to a button that has the focus', () => {
    const { keymap } = keymapWith({ id: 'open', keys: ['Enter', 'Space', 'o'] });
    const target = element('BUTTON');
    expect(keymap.press(press('Enter', { target }))).toBe(false);
    expect(keymap.press(press(' ', { target }))).toBe(false);
    expect(keymap.press(press('o', { target }))).toBe(true);
    expect(keymap.press(press('Enter'))).toBe(true);
  });

  it('prefers what was added last, and goes back when that is removed', () => {
    const { keymap, done } = keymapWith({ id: 'app', keys: ['Escape'] });
    const remove = keymap.add([
      { id: 'page', title: '', group: '', keys: ['Escape'], run: () => void done.push('page') },
    ]);
    keymap.press(press('Escape'));
    remove();
    keymap.press(press('Escape'));
    expect(done).toEqual(['page', 'app']);
  });

  it('passes a key on that belongs to an action which cannot be done now', () => {
    const { keymap, done } = keymapWith(
      { id: 'one', keys: ['x'] },
      { id: 'two', keys: ['x'], enabled: () => false },
    );
    keymap.press(press('x'));
    expect(done).toEqual(['one']);
  });

  it('knows keys one after another, within a time', () => {
    const { keymap, done, clock } = keymapWith(
      { id: 'go', keys: ['g d'] },
      { id: 'd', keys: ['d'] },
    );
    keymap.press(press('g'));
    keymap.press(press('d'));
    expect(done).toEqual(['go']);
    keymap.press(press('g'));
    clock.now += 5000;
    keymap.press(press('d'));
    expect(done).toEqual(['go', 'd']);
    keymap.press(press('g'));
    keymap.press(press('x'));
    keymap.press(press('d'));
    expect(done).toEqual(['go', 'd', 'd']);
  });

  it('keeps own keys over a reload and brings default ones back', () => {
    const store = new Memory();
    const action = { id: 'a', title: '', group: '', keys: ['x'], run: () => undefined };
    const first = new KeyMap({ store });
    first.add([action]);
    first.setKeys('a', ['mod+j', 'y', 'y']);
    const second = new KeyMap({ store });
    second.add([action]);
    expect(second.keysOf('a')).toEqual([normalise('mod+j'), 'y']);
    expect(second.isOwn('a')).toBe(true);
    expect(second.press(press('x'))).toBe(false);
    expect(second.press(press('y'))).toBe(true);
    second.setKeys('a', null);
    expect(second.keysOf('a')).toEqual(['x']);
    expect(store.kept.size).toBe(0);
  });

  it.each(['', 'nonsense', '[]', '{"a": 3}', 'null'])('copes with %j in the store', (text) => {
    const store = new Memory();
    store.setItem('fieldguide.keys', text);
    const keymap = new KeyMap({ store });
    keymap.add([{ id: 'a', title: '', group: '', keys: ['x'], run: () => undefined }]);
    expect(keymap.keysOf('a')).toEqual(['x']);
  });

  it('names conflicts, those with a sequence among them', () => {
    const { keymap } = keymapWith(
      { id: 'a', keys: ['g d'] },
      { id: 'b', keys: ['x'] },
      { id: 'c' },
    );
    expect(keymap.conflicts('c', 'x').map(({ id }) => id)).toEqual(['b']);
    expect(keymap.conflicts('c', 'g').map(({ id }) => id)).toEqual(['a']);
    expect(keymap.conflicts('b', 'x')).toEqual([]);
  });

  it('refuses two actions of one name', () => {
    const { keymap } = keymapWith({ id: 'a' });
    const twin = { id: 'a', title: '', group: '', run: () => undefined };
    expect(() => keymap.add([twin])).toThrow('Two actions are called "a"');
  });

  it('tells who listens when actions or keys change', () => {
    const { keymap, remove } = keymapWith({ id: 'a' });
    const counts: number[] = [];
    const stop = keymap.subscribe((map) => counts.push(map.actions.length));
    keymap.setKeys('a', ['q']);
    remove();
    stop();
    keymap.resetAll();
    expect(counts).toEqual([1, 1, 0]);
  });
});
