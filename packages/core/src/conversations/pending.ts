import type { Clock } from "../clock.js";

/** Interval, in ms, at which a caller looks for changes by other servers. */
const POLL_MS = 200;
/** Callers of one consumer that may wait for its start in this process: a few clicks and tabs. */
const MAX_WAITING = 4;

export type Pending = ReturnType<typeof createPending>;

/** Returns the callers of this process that wait for a start or a stop under way. */
export function createPending(clock: Clock) {
  /** By reservation. */
  const wakeUps = new Map<string, Set<() => void>>();
  /** By consumer key. */
  const waiting = new Map<string, number>();
  return {
    /** Wakes every caller that waits for this reservation. */
    notify(reservation: string): void {
      for (const wakeUp of wakeUps.get(reservation) ?? []) wakeUp();
    },

    /** Takes one of the places for waiting callers and returns its release; `undefined` if all are taken. */
    enter(consumer: string): (() => void) | undefined {
      const count = waiting.get(consumer) ?? 0;
      if (count >= MAX_WAITING) return undefined;
      waiting.set(consumer, count + 1);
      return () => {
        const left = (waiting.get(consumer) ?? 1) - 1;
        if (left > 0) waiting.set(consumer, left);
        else waiting.delete(consumer);
      };
    },

    /** Resolves when this process has changed the reservation, after {@link POLL_MS}, or when the signal aborts. */
    wait(reservation: string, signal?: AbortSignal): Promise<void> {
      return new Promise((resolve) => {
        const callers = wakeUps.get(reservation) ?? new Set();
        const wakeUp = () => {
          clock.clearTimeout(timer);
          signal?.removeEventListener("abort", wakeUp);
          callers.delete(wakeUp);
          if (callers.size === 0) wakeUps.delete(reservation);
          resolve();
        };
        const timer = clock.setTimeout(wakeUp, POLL_MS);
        wakeUps.set(reservation, callers.add(wakeUp));
        signal?.addEventListener("abort", wakeUp, { once: true });
        if (signal?.aborted) wakeUp();
      });
    },
  };
}
