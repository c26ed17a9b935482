import type { Clock } from "@equos-broker/core";

/** Time that stands still until it is put forward. Its timers never go off: no sweep and no timeout comes in between. */
export interface StillClock extends Clock {
  forward(milliseconds: number): void;
}

export function stillClock(): StillClock {
  let now = Date.now();
  return {
    now: () => now,
    setTimeout: () => undefined,
    clearTimeout: () => undefined,
    forward: (milliseconds) => {
      now += milliseconds;
    },
  };
}
