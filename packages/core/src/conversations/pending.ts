import type { Clock } from "../clock.js";
import { pause } from "../deadline.js";

/** Changes by other servers are noticed by asking again after this, in ms. */
const POLL_MS = 200;
/** Callers of one consumer that may wait for its start in this process: a few clicks and tabs. */
const MAX_WAITING = 4;

/** Callers that wait for a start which is under way. */
export class Pending {
  readonly #clock: Clock;
  /** By reservation. */
  readonly #wakeUps = new Map<string, Set<() => void>>();
  /** By consumer key. */
  readonly #waiting = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wakes every caller that waits for this reservation. */
  notify(reservation: string): void {
    for (const wakeUp of this.#wakeUps.get(reservation) ?? []) wakeUp();
  }

  /** Takes one of the places for waiting callers; `undefined` if all are taken. Returns the release. */
  enter(consumer: string): (() => void) | undefined {
    const count = this.#waiting.get(consumer) ?? 0;
    if (count >= MAX_WAITING) return undefined;
    this.#waiting.set(consumer, count + 1);
    return () => {
      const left = (this.#waiting.get(consumer) ?? 1) - 1;
      if (left > 0) this.#waiting.set(consumer, left);
      else this.#waiting.delete(consumer);
    };
  }

  /** Resolves when this process has changed the reservation, after {@link POLL_MS}, or when the signal aborts. */
  async wait(reservation: string, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    const wakeUps = this.#wakeUps.get(reservation) ?? new Set();
    this.#wakeUps.set(reservation, wakeUps);
    let wakeUp = () => {};
    const woken = new Promise<void>((resolve) => {
      wakeUp = resolve;
    });
    wakeUps.add(wakeUp);
    signal?.addEventListener("abort", wakeUp, { once: true });
    await Promise.race([woken, pause(this.#clock, POLL_MS)]);
    signal?.removeEventListener("abort", wakeUp);
    wakeUps.delete(wakeUp);
    if (wakeUps.size === 0) this.#wakeUps.delete(reservation);
  }
}
