/** How somebody likes to label, kept in the browser. */
export type LabelMode = 'one' | 'grid' | 'pages';

const MODES: readonly LabelMode[] = ['one', 'grid', 'pages'];

/** How many pictures a sheet may have. */
export const SIZES = [20, 50, 100] as const;
export type SheetSize = (typeof SIZES)[number];

const STORED_AS = 'fieldguide.label';

interface Kept {
  mode: LabelMode;
  size: SheetSize;
  examples: boolean;
}

function read(): Kept {
  const kept: Kept = { mode: 'one', size: 20, examples: false };
  try {
    const stored = JSON.parse(localStorage.getItem(STORED_AS) ?? '{}') as Partial<Kept>;
    if (MODES.some((mode) => mode === stored.mode)) kept.mode = stored.mode as LabelMode;
    if (SIZES.some((size) => size === stored.size)) kept.size = stored.size as SheetSize;
    kept.examples = stored.examples === true;
  } catch {
    // What cannot be read is as if it had never been chosen.
  }
  return kept;
}

class LabelModeState {
  #kept = $state(read());

  /** What an address asks for, or what was chosen last. */
  of(asked: string | null): LabelMode {
    return MODES.find((mode) => mode === asked) ?? this.chosen;
  }

  get chosen(): LabelMode {
    return this.#kept.mode;
  }
  set chosen(mode: LabelMode) {
    this.#keep({ mode });
  }

  /** How many pictures are shown at once. */
  get size(): SheetSize {
    return this.#kept.size;
  }
  set size(size: SheetSize) {
    this.#keep({ size });
  }

  /** Whether the classes show what they look like. */
  get examples(): boolean {
    return this.#kept.examples;
  }
  set examples(examples: boolean) {
    this.#keep({ examples });
  }

  #keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      localStorage.setItem(STORED_AS, JSON.stringify(this.#kept));
    } catch {
      // A browser that refuses storage keeps it for as long as the page lives.
    }
  }
}

export const labelMode = new LabelModeState();
