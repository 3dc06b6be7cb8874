import type { Clock } from '../ports/clock.ts';

const NAP = 15_000; // a device that slept is noticed after this long at the latest

/** Calls `tick` when what the core says is due has come; once for each, however late. */
export class Timekeeper {
  #clock: Clock;
  #due: () => number | undefined;
  #tick: () => void;
  #wait = new AbortController();

  constructor(clock: Clock, due: () => number | undefined, tick: () => void) {
    this.#clock = clock;
    this.#due = due;
    this.#tick = tick;
  }

  /** The limit may have moved, or the device may have slept. */
  look(): void {
    this.#wait.abort();
    this.#wait = new AbortController();
    void this.#until(this.#wait.signal);
  }

  async #until(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const due = this.#due();
      if (due === undefined) return;
      const left = due - this.#clock.now();
      if (left <= 0) return this.#tick();
      await this.#clock.sleep(Math.min(left, NAP), signal);
    }
  }

  close(): void {
    this.#wait.abort();
  }
}
