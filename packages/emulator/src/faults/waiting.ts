import type { EmulatorClock } from "../clock/clock.js";
import type { FaultReach } from "./fault.js";

/** Never settles; waiting for it leaves no reaction behind. */
export const never: Promise<never> = new Promise(() => {});

/** What ends a wait early: the emulator, or the client of a wait that would not end by itself. */
export interface WaitEnds {
  readonly emulatorEnded: AbortSignal;
  readonly clientGone: () => AbortSignal;
}

/**
 * Waits as the fault says; `false` when the emulator ended first. A client that hangs up does not shorten a wait: the
 * server got its request and goes on.
 */
export async function waitOut(fault: FaultReach, clock: EmulatorClock, ends: WaitEnds): Promise<boolean> {
  if (fault.until === undefined && fault.delayMs === undefined) return true;
  const silent = fault.until === never;
  const clientGone = ends.clientGone();
  return new Promise((resolve) => {
    let timer: unknown;
    let over = false;
    const end = (inTime: boolean) => {
      over = true;
      clock.clearTimeout(timer);
      ends.emulatorEnded.removeEventListener("abort", giveUp);
      clientGone.removeEventListener("abort", giveUp);
      resolve(inTime);
    };
    const giveUp = () => end(false);
    if (ends.emulatorEnded.aborted || (silent && clientGone.aborted)) return resolve(false);
    ends.emulatorEnded.addEventListener("abort", giveUp);
    if (silent) {
      clientGone.addEventListener("abort", giveUp);
      return;
    }
    const afterUntil = () => {
      // The promise is the test's own and may settle long after the emulator ended.
      if (over) return;
      if (fault.delayMs === undefined) end(true);
      else timer = clock.setTimeout(() => end(true), fault.delayMs);
    };
    if (fault.until === undefined) afterUntil();
    else fault.until.then(afterUntil, afterUntil);
  });
}
