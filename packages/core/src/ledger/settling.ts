import type { Clock } from "../clock.js";
import { pause } from "../deadline.js";

/** Other servers' steps are not heard of, so whoever waits asks again after this. */
const ASK_AGAIN_MS = 200;

/** Tells those who wait for a reservation that this process has just done something about it. */
export class Settling {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  notify(reservation: string): void {
    for (const wake of this.#waiting.get(reservation) ?? []) wake();
  }

  /** Resolves when it may be worth asking again, at the latest in a fifth of a second. */
  async maybe(reservation: string, signal?: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(reservation) ?? new Set();
    this.#waiting.set(reservation, waiting);
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    waiting.add(wake);
    signal?.addEventListener("abort", wake, { once: true });
    if (signal?.aborted) wake();
    await Promise.race([woken, pause(this.#clock, ASK_AGAIN_MS)]);
    signal?.removeEventListener("abort", wake);
    waiting.delete(wake);
    if (waiting.size === 0) this.#waiting.delete(reservation);
  }
}
