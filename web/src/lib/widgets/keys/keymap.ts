/** Every action of the app, defined once and used by its keys, by buttons and menus, and by the
 * sheet that lists them all. People may give an action other keys; these are kept in the browser. */
import { chordOf, normalise, type KeyPress } from './chord';

export interface Action {
  /** Unlike any other, and the same for ever, because people's own keys hang on it. */
  id: string;
  title: string;
  /** Under which heading the sheet lists it. */
  group: string;
  /** Default keys: see `chord.ts` for how they are written. */
  keys?: readonly string[];
  run: (event?: Event) => void | Promise<void>;
  /** Whether the action can be done now. An action that cannot leaves its key to others. */
  enabled?: () => boolean;
  /** Also while somebody types in a field, and in a dialog. */
  always?: boolean;
}

export interface KeyEvent extends KeyPress {
  target: EventTarget | null;
  defaultPrevented: boolean;
  isComposing: boolean;
  preventDefault(): void;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const STORED_AS = 'fieldguide.keys';
const SEQUENCE_MS = 1200;

export class KeyMap {
  #actions: Action[] = [];
  #own: Record<string, string[]>;
  #store: Store | null;
  #now: () => number;
  #begun = '';
  #begunAt = 0;
  #listeners = new Set<() => void>();

  constructor({
    store,
    now = () => Date.now(),
  }: { store?: Store | null; now?: () => number } = {}) {
    this.#store = store ?? null;
    this.#now = now;
    this.#own = this.#readOwn();
  }

  /** All actions there are now, in the order in which they came. */
  get actions(): readonly Action[] {
    return this.#actions;
  }

  /** Adds a page's actions. Returns what takes them out again. */
  add(actions: readonly Action[]): () => void {
    for (const action of actions) {
      if (this.#actions.some((other) => other.id === action.id)) {
        throw new Error(
          `Two actions are called "${action.id}". Give one another id, or remove the first one when its page is left.`,
        );
      }
    }
    this.#actions = [...this.#actions, ...actions];
    this.#changed();
    return () => {
      this.#actions = this.#actions.filter((action) => !actions.includes(action));
      this.#changed();
    };
  }

  get(id: string): Action | undefined {
    return this.#actions.find((action) => action.id === id);
  }

  /** The keys of an action as they are now, normalised. */
  keysOf(id: string): string[] {
    const keys = this.#own[id] ?? this.get(id)?.keys ?? [];
    return keys.map((key) => normalise(key));
  }

  /** Whether somebody has chosen the keys of this action. */
  isOwn(id: string): boolean {
    return id in this.#own;
  }

  /** Gives an action other keys; null brings back the default ones. */
  setKeys(id: string, keys: readonly string[] | null): void {
    if (keys === null) delete this.#own[id];
    else this.#own[id] = [...new Set(keys.map((key) => normalise(key)))];
    this.#writeOwn();
    this.#changed();
  }

  resetAll(): void {
    this.#own = {};
    this.#writeOwn();
    this.#changed();
  }

  /** Other actions of today that a key would also reach, as it is or as the start of a sequence. */
  conflicts(id: string, key: string): Action[] {
    const wanted = normalise(key);
    return this.#actions.filter(
      (action) =>
        action.id !== id &&
        this.keysOf(action.id).some(
          (other) =>
            other === wanted || other.startsWith(`${wanted} `) || wanted.startsWith(`${other} `),
        ),
    );
  }

  /** Does an action, if there is one of this name that can be done now. */
  run(id: string, event?: Event): boolean {
    const action = this.get(id);
    if (action === undefined || action.enabled?.() === false) return false;
    void action.run(event);
    return true;
  }

  /** Takes a press of a key. Returns whether it was one of ours.
   *
   * Where two actions have the same key, the one that was added last is done: a page stands above
   * the app. */
  press(event: KeyEvent): boolean {
    if (event.defaultPrevented || event.isComposing) return false;
    const chord = chordOf(event);
    if (chord === null) return false;
    const where = placeOf(event.target);
    if (where === 'control' && (chord === 'Enter' || chord === 'Space')) return false;
    const able = this.#actions.filter(
      (action) =>
        (where === 'page' || where === 'control' || action.always === true) &&
        action.enabled?.() !== false,
    );
    const now = this.#now();
    const begun = now - this.#begunAt <= SEQUENCE_MS ? this.#begun : '';
    this.#begun = '';
    for (const typed of begun === '' ? [chord] : [`${begun} ${chord}`, chord]) {
      const action = able.findLast(({ id }) => this.keysOf(id).includes(typed));
      if (action !== undefined) {
        event.preventDefault();
        void action.run(event as unknown as Event);
        return true;
      }
      if (able.some(({ id }) => this.keysOf(id).some((key) => key.startsWith(`${typed} `)))) {
        this.#begun = typed;
        this.#begunAt = now;
        event.preventDefault();
        return true;
      }
    }
    return false;
  }

  /** Listens to a window's keys. Returns what ends it. */
  listen(target: EventTarget): () => void {
    const onKey = (event: Event) => this.press(event as unknown as KeyEvent);
    target.addEventListener('keydown', onKey);
    return () => target.removeEventListener('keydown', onKey);
  }

  /** A Svelte store: calls back now and after each change of actions or keys. */
  subscribe(listener: (keymap: KeyMap) => void): () => void {
    const tell = () => listener(this);
    this.#listeners.add(tell);
    tell();
    return () => this.#listeners.delete(tell);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #readOwn(): Record<string, string[]> {
    try {
      const stored: unknown = JSON.parse(this.#store?.getItem(STORED_AS) ?? '{}');
      if (typeof stored !== 'object' || stored === null) return {};
      return Object.fromEntries(
        Object.entries(stored).filter(
          ([, keys]) => Array.isArray(keys) && keys.every((key) => typeof key === 'string'),
        ),
      );
    } catch {
      return {};
    }
  }

  #writeOwn(): void {
    try {
      if (Object.keys(this.#own).length === 0) this.#store?.removeItem(STORED_AS);
      else this.#store?.setItem(STORED_AS, JSON.stringify(this.#own));
    } catch {
      // A browser that refuses storage keeps the keys for as long as the page lives.
    }
  }
}

type Place = 'page' | 'control' | 'field' | 'dialog';

/** Where a key was pressed, as far as it matters for whether it is typed or meant for us. */
function placeOf(target: EventTarget | null): Place {
  const element = target as (Element & { isContentEditable?: boolean; type?: string }) | null;
  if (!element || typeof element.closest !== 'function') return 'page';
  if (element.isContentEditable) return 'field';
  const name = element.tagName.toLowerCase();
  if (name === 'textarea' || name === 'select') return 'field';
  if (name === 'input') {
    return ['checkbox', 'radio', 'button', 'submit', 'reset'].includes(element.type ?? '')
      ? inDialog(element, 'control')
      : 'field';
  }
  if (name === 'button' || name === 'a' || name === 'summary') return inDialog(element, 'control');
  return inDialog(element, 'page');
}

function inDialog(element: Element, otherwise: Place): Place {
  return element.closest('dialog, [popover]') === null ? otherwise : 'dialog';
}
