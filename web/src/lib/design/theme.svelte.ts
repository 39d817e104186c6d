/** Light, dark, or as the system has it. `public/theme.js` applies the choice before the first
 * paint; this changes it. */

export type Theme = 'system' | 'light' | 'dark';

const THEME_KEY = 'fieldguide.theme';

class ThemeChoice {
  #chosen = $state<Theme>(read());

  get chosen(): Theme {
    return this.#chosen;
  }

  set chosen(theme: Theme) {
    this.#chosen = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      if (theme === 'system') localStorage.removeItem(THEME_KEY);
      else localStorage.setItem(THEME_KEY, theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }

  /** The next of the three, for a single button. */
  turn(): void {
    const order: Theme[] = ['system', 'light', 'dark'];
    this.chosen = order[(order.indexOf(this.#chosen) + 1) % order.length] as Theme;
  }
}

function read(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

export const theme = new ThemeChoice();
