import type { Clock } from "./clock.js";

const INTERVAL_MS = 1_000;

/**
 * Runs a sweep every second from the first call of `wake` until nothing is left that time can bring. One at a time;
 * a sweep that fails is tried again at the next tick.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #sweep: () => Promise<boolean>;
  readonly #onError: (error: unknown) => void;
  #timer: unknown;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(clock: Clock, sweep: () => Promise<boolean>, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#sweep = sweep;
    this.#onError = onError;
  }

  wake(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      void this.run();
    }, INTERVAL_MS);
  }

  /** Sweeps now, or joins the sweep that runs. Never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#once().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #once(): Promise<void> {
    try {
      if (await this.#sweep()) this.wake();
    } catch (error) {
      this.#onError(error);
      this.wake();
    }
  }

  close(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#timer);
  }
}
