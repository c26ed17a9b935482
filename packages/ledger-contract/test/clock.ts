import type { ContractClock } from "../src/index.js";

/** Time that only the suite moves. */
export function movedClock(start = Date.UTC(2026, 0, 1)): ContractClock {
  let now = start;
  return {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}
