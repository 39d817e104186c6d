/** Short words about what has just happened, which go away by themselves. */

export interface Toast {
  title: string;
  text?: string;
  tone?: 'neutral' | 'good' | 'warn' | 'danger';
  /** Something to do about it: "Undo". */
  action?: { title: string; run: () => void };
  /** How long it stays, s; null until it is closed. Those that report trouble stay. */
  lasts?: number | null;
}

export interface ShownToast extends Toast {
  id: number;
}

const MOST = 4;

class Toasts {
  shown = $state.raw<ShownToast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Shows one. Returns what takes it away. */
  show(toast: Toast): () => void {
    const id = this.#next++;
    this.shown = [...this.shown, { ...toast, id }].slice(-MOST);
    this.#start(id);
    return () => this.close(id);
  }

  /** Shows what went wrong. */
  error(title: string, cause?: unknown): () => void {
    const text =
      cause instanceof Error ? cause.message : cause === undefined ? undefined : String(cause);
    return this.show({ title, text, tone: 'danger' });
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** None goes away while somebody reads. */
  hold(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  release(): void {
    for (const { id } of this.shown) this.#start(id);
  }

  #start(id: number): void {
    const toast = this.shown.find((other) => other.id === id);
    if (toast === undefined) return;
    const lasts = toast.lasts === undefined ? (toast.tone === 'danger' ? null : 5) : toast.lasts;
    if (lasts !== null)
      this.#timers.set(
        id,
        setTimeout(() => this.close(id), lasts * 1000),
      );
  }
}

export const toasts = new Toasts();
