import type { Terms } from "../ledger/reservation.js";
import type { AnyOptions, Parts } from "../parts.js";

/** Defaults of the options that are seconds. */
export const defaultSeconds = { join: 60, keepAlive: 90, leaveGrace: 3 };

export const leaveGraceMs = ({ options }: Pick<Parts, "options">): number =>
  (options.leaveGraceSeconds ?? defaultSeconds.leaveGrace) * 1000;

type Timed = Pick<Parts, "timeouts"> & { readonly options: Pick<AnyOptions, "joinWithinSeconds"> };

/**
 * So long after its reservation a start may still be sent: former conversations are stopped and the team's hook runs
 * before. A server that was held up for longer (a pause, a freeze) must not send.
 */
export function sendWithinMs({ timeouts }: Pick<Parts, "timeouts">): number {
  return (timeouts.conversationSeconds + 2 * timeouts.stopSeconds + 1) * 1000;
}

/** Whoever has a conversation in hand stops it within this, or somebody else does. */
const leaseMs = ({ timeouts }: Pick<Parts, "timeouts">): number => (2 * timeouts.stopSeconds + 1) * 1000;

/** What a reservation is made under. */
export function termsOf(parts: Timed): Terms {
  const { timeouts, options } = parts;
  return {
    settleMs: sendWithinMs(parts) + (timeouts.abandonSeconds + 1) * 1000,
    // Nothing is on its way any more: long enough to be found by name.
    holdMs: timeouts.stopSeconds * 1000,
    joinMs: (options.joinWithinSeconds ?? defaultSeconds.join) * 1000,
    leaseMs: leaseMs(parts),
  };
}

const LONGEST_PAUSE_MS = 15_000;

/** Pauses between attempts: 1, 2, 4, 8, 15, 15 … seconds. */
export function backoffMs(attempts: number): number {
  return Math.min(2 ** Math.max(0, attempts - 1) * 1000, LONGEST_PAUSE_MS);
}
