/** A limit of starts or seconds in a window. */
export interface Quota {
  readonly max: number;
  readonly perSeconds: number;
}

/** The options of the brokers under test, in seconds: short, so that many deadlines pass within a run. */
export type Terms = typeof terms;

export const terms = {
  maxSeconds: 36,
  joinWithinSeconds: 3,
  keepAliveSeconds: 3,
  leaveGraceSeconds: 1,
  timeouts: { startSeconds: 1.5, lateResponseSeconds: 3, stopSeconds: 1, hookSeconds: 0.5, storeSeconds: 1 },
  // Each of them is met now and then by thirty consumers, and by none of them all the time.
  perConsumer: { active: 1, starts: { max: 3, perSeconds: 10 }, seconds: { max: 76, perSeconds: 20 } },
  overall: { active: 25, seconds: { max: 900, perSeconds: 10 } },
};

export type Bounds = ReturnType<typeof boundsOf>;

/** Returns what follows from the terms, by the broker's documented rules (docs/security.md), in seconds. */
export function boundsOf({ joinWithinSeconds, keepAliveSeconds, leaveGraceSeconds, timeouts }: Terms) {
  const { startSeconds, lateResponseSeconds, stopSeconds, hookSeconds, storeSeconds } = timeouts;
  const send = hookSeconds + 2 * stopSeconds + 1;
  return {
    /** The longest silence that a delivered conversation survives. */
    idle: Math.max(joinWithinSeconds, keepAliveSeconds, leaveGraceSeconds),
    /** A start whose server was killed: until another one looks for its conversation. */
    settle: send + lateResponseSeconds + hookSeconds + 1,
    /** How often each server looks for what is due. */
    sweep: 1,
    /** Lease of a claim: when its server is killed before it begins the work, another one takes it after this. */
    claim: 5,
    /** Lease of a piece of work. */
    lease: Math.max(stopSeconds, hookSeconds) + 1,
    answer: startSeconds,
    /** A change that was sent may still happen within this. */
    store: storeSeconds,
    /** Before the first, second, … repetition of a call that failed; the last one stands for all further ones. */
    backoff: [1, 2, 4, 8, 15],
    /** Timers, sockets and processes on a busy machine. */
    slack: 1,
  };
}
