import type { Clock } from "./clock.js";
import { leaveDuty, type OnDuty, onDuty, takeDuty } from "./sweep-duty.js";

const INTERVAL_MS = 1_000;

/**
 * Runs a task every second from the first call of `wake` until the task says that there is no more to do; then every
 * `idleMs`, if given. A run that fails is followed by the next one all the same.
 */
export class Sweeper implements OnDuty {
  readonly #clock: Clock;
  readonly #task: () => Promise<boolean>;
  readonly #idleMs: number | undefined;
  readonly #onError: (error: unknown) => void;
  #timer: unknown;
  #running = false;
  #idle = false;
  /** Woken while a run was under way. */
  #again = false;
  #closed = false;
  #books: string | undefined;

  constructor(
    clock: Clock,
    task: () => Promise<boolean>,
    idleMs: number | undefined,
    onError: (error: unknown) => void,
  ) {
    this.#clock = clock;
    this.#task = task;
    this.#idleMs = idleMs;
    this.#onError = onError;
  }

  /** From now on this one sees to these books, for all brokers of this process that have them. */
  take(books: string): void {
    if (this.#closed || this.#books === books) return;
    this.#leave();
    this.#books = books;
    takeDuty(books, this);
  }

  #leave(): void {
    if (this.#books !== undefined) leaveDuty(this.#books, this);
    this.#books = undefined;
  }

  #holder(): OnDuty {
    return (this.#books === undefined ? undefined : onDuty(this.#books)) ?? this;
  }

  wake(): void {
    this.#holder().begin();
  }

  rest(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  begin(): void {
    this.#again = true;
    if (this.#closed || this.#running) return;
    // An idle timer is a long one.
    if (this.#timer !== undefined && !this.#idle) return;
    this.#clock.clearTimeout(this.#timer);
    this.#plan(INTERVAL_MS);
  }

  #plan(milliseconds: number): void {
    this.#idle = milliseconds !== INTERVAL_MS;
    this.#timer = this.#clock.setTimeout(() => void this.#run(), milliseconds);
  }

  async #run(): Promise<void> {
    let more = true;
    this.#running = true;
    this.#again = false;
    try {
      more = await this.#task();
    } catch (error) {
      this.#onError(error);
    }
    // Until here it counts as running, so that runs do not overlap.
    this.#running = false;
    this.#timer = undefined;
    if (this.#closed || this.#holder() !== this) return;
    if (more || this.#again) this.#plan(INTERVAL_MS);
    else if (this.#idleMs !== undefined) this.#plan(this.#idleMs);
  }

  close(): void {
    this.#closed = true;
    this.rest();
    this.#leave();
  }
}
