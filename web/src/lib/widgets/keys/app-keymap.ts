/** The app's own map of keys. */
import { KeyMap } from './keymap';

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    // A browser that refuses storage throws at the very name.
    return null;
  }
}

export const keymap = new KeyMap({ store: storage() });
