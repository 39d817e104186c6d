/** How long somebody looks at a picture: only while it is there to be seen, in a window that is
 * in the foreground. */
export class LookTimer {
  #now: () => number;
  #visible: boolean;
  #shown = false;
  #since: number | null = null;
  #ms = 0;

  constructor({
    now = () => performance.now(),
    visible = true,
  }: { now?: () => number; visible?: boolean } = {}) {
    this.#now = now;
    this.#visible = visible;
  }

  /** How long it has been until now, in whole ms. */
  get ms(): number {
    const running = this.#since === null ? 0 : this.#now() - this.#since;
    return Math.round(this.#ms + running);
  }

  /** Something else comes to be looked at: the time begins anew once it is shown. */
  reset(): void {
    this.#ms = 0;
    this.#shown = false;
    this.#since = null;
  }

  /** It can be seen from now on. */
  shown(): void {
    this.#shown = true;
    this.#run();
  }

  /** Whether the window is in the foreground. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#run();
  }

  #run(): void {
    const runs = this.#shown && this.#visible;
    if (runs) {
      this.#since ??= this.#now();
    } else if (this.#since !== null) {
      this.#ms += this.#now() - this.#since;
      this.#since = null;
    }
  }
}
