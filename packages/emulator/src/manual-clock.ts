import type { EmulatorClock } from "./clock.js";

/** A clock that stands still until it is told to move. */
export interface ManualClock extends EmulatorClock {
  /**
   * Moves time forward by `ms` milliseconds: timers that fall due run in the order of their time, each one seeing its
   * own moment as `now()`, with promises and local sockets given room to settle in between.
   */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

/** An exchange over a loopback socket takes about six turns of the event loop. */
const turnsToSettle = 10;

async function settle(): Promise<void> {
  for (let turn = 0; turn < turnsToSettle; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * A clock for tests: ten minutes pass in a millisecond.
 *
 * @param start - Milliseconds since the Unix epoch; default: the system's time now, so that tokens verify.
 * @example
 * ```ts
 * const clock = manualClock();
 * const emulator = await startEmulator({ clock });
 * await clock.advance(10 * 60_000);
 * ```
 */
export function manualClock(start: number = Date.now()): ManualClock {
  let now = start;
  const timers = new Set<Timer>();

  const nextDue = (until: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  };

  return {
    now: () => now,
    setTimeout(run, ms) {
      const timer: Timer = { dueAt: now + Math.max(0, ms), run };
      timers.add(timer);
      return timer;
    },
    clearTimeout(handle) {
      // Only handles of this clock are in the set; deleting anything else does nothing.
      timers.delete(handle as Timer);
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`advance takes milliseconds, 0 or more, not ${ms}`);
      const target = now + ms;
      await settle();
      for (let timer = nextDue(target); timer !== undefined; timer = nextDue(target)) {
        timers.delete(timer);
        now = Math.max(now, timer.dueAt);
        timer.run();
        await settle();
      }
      now = Math.max(now, target);
      await settle();
    },
  };
}
