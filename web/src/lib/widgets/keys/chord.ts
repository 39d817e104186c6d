/** Keys as text: `k`, `?`, `mod+k`, `shift+ArrowLeft`, and one after another: `g d`.
 *
 * `mod` is Command on a Mac and Ctrl elsewhere. Shift is written only where the key itself does
 * not already say it: `?`, not `shift+/`, and `shift+a`, not `A`. */

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const ORDER = ['ctrl', 'meta', 'alt', 'shift'] as const;
const BARE = new Set([
  'Control',
  'Meta',
  'Alt',
  'AltGraph',
  'Shift',
  'CapsLock',
  'Dead',
  'Process',
]);

const onMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform ?? '');

/** What a press is in our writing, or null for a modifier alone. */
export function chordOf(press: KeyPress): string | null {
  if (BARE.has(press.key) || press.key === '') return null;
  const held = {
    ctrl: press.ctrlKey,
    meta: press.metaKey,
    alt: press.altKey,
    // A sign such as ? or + is typed with Shift on one keyboard and without on another.
    shift: press.shiftKey && (press.key.length > 1 || isLetter(press.key)),
  };
  const key =
    press.key === ' ' ? 'Space' : press.key.length === 1 ? press.key.toLowerCase() : press.key;
  return [...ORDER.filter((name) => held[name]), key].join('+');
}

/** One writing for each key: `mod` resolved, modifiers in order, letters small. */
export function normalise(keys: string, mac = onMac): string {
  return keys
    .trim()
    .split(/\s+/)
    .map((chord) => {
      const { held, key } = partsOf(chord);
      const names = held.map((part) => {
        const name = part.toLowerCase();
        return name === 'mod' ? (mac ? 'meta' : 'ctrl') : name;
      });
      const small = key.length === 1 ? key.toLowerCase() : key;
      return [...ORDER.filter((name) => names.includes(name)), small].join('+');
    })
    .join(' ');
}

/** What is held and what is pressed: `ctrl++` is Ctrl with the key +. */
function partsOf(chord: string): { held: string[]; key: string } {
  const cut = chord.length > 1 ? chord.lastIndexOf('+', chord.length - 2) : -1;
  if (cut === -1) return { held: [], key: chord };
  return { held: chord.slice(0, cut).split('+'), key: chord.slice(cut + 1) };
}

const SIGNS: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '↵',
  Escape: 'Esc',
  Backspace: '⌫',
  Delete: 'Del',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
};
const MAC: Record<string, string> = { ctrl: '⌃', meta: '⌘', alt: '⌥', shift: '⇧' };
const PLAIN: Record<string, string> = { ctrl: 'Ctrl', meta: 'Win', alt: 'Alt', shift: 'Shift' };

/** For people: one list of key caps for each press, `mod+k` as `[['Ctrl', 'K']]`. */
export function capsOf(keys: string, mac = onMac): string[][] {
  return normalise(keys, mac)
    .split(' ')
    .map((chord) => {
      const { held, key } = partsOf(chord);
      const names = held.map((part) => (mac ? MAC : PLAIN)[part] ?? part);
      return [...names, SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key)];
    });
}

function isLetter(key: string): boolean {
  return key.toLowerCase() !== key.toUpperCase();
}
