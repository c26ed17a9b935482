import type { Clock } from "./clock.js";

const INTERVAL_MS = 1_000;

/**
 * Runs a task every second from the first call of `wake` until the task says that there is no more to do. A run that
 * fails is followed by the next one all the same.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #task: () => Promise<boolean>;
  readonly #onError: (error: unknown) => void;
  #timer: unknown;
  /** Woken while a run was under way. */
  #again = false;
  #closed = false;

  constructor(clock: Clock, task: () => Promise<boolean>, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#task = task;
    this.#onError = onError;
  }

  wake(): void {
    this.#again = true;
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => void this.#run(), INTERVAL_MS);
  }

  async #run(): Promise<void> {
    let more = true;
    this.#again = false;
    try {
      more = await this.#task();
    } catch (error) {
      this.#onError(error);
    }
    // Until here the timer counts as set, so that runs do not overlap.
    this.#timer = undefined;
    if (more || this.#again) this.wake();
  }

  close(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#timer);
  }
}
