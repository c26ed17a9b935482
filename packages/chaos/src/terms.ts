/** What the brokers under test are set to, in seconds: short, so that many deadlines pass within a run. */
export interface Terms {
  readonly maxSeconds: number;
  readonly joinWithinSeconds: number;
  readonly keepAliveSeconds: number;
  readonly leaveGraceSeconds: number;
  readonly timeouts: {
    readonly answerSeconds: number;
    readonly abandonSeconds: number;
    readonly stopSeconds: number;
    readonly conversationSeconds: number;
    readonly ledgerSeconds: number;
  };
  readonly perConsumer: { readonly active: 1; readonly starts: Quota; readonly seconds: Quota };
  readonly overall: { readonly active: number; readonly seconds: Quota };
}

export interface Quota {
  readonly max: number;
  readonly perSeconds: number;
}

export const terms: Terms = {
  maxSeconds: 36,
  joinWithinSeconds: 3,
  keepAliveSeconds: 3,
  leaveGraceSeconds: 1,
  timeouts: { answerSeconds: 1.5, abandonSeconds: 3, stopSeconds: 1, conversationSeconds: 0.5, ledgerSeconds: 1 },
  // Each of them is met now and then by thirty consumers, and by none of them all the time.
  perConsumer: { active: 1, starts: { max: 3, perSeconds: 10 }, seconds: { max: 76, perSeconds: 20 } },
  overall: { active: 25, seconds: { max: 900, perSeconds: 10 } },
};

/** What follows from the terms, by the broker's documented rules (docs/security.md), in seconds. */
export interface Bounds {
  /** The longest silence that a delivered conversation survives. */
  readonly idle: number;
  /** A start whose server was killed: until another one looks for its conversation. */
  readonly settle: number;
  /** How often each server looks for what is due. */
  readonly sweep: number;
  /** So long a server that was handed something due has it alone, also when it is killed. */
  readonly lease: number;
  readonly answer: number;
  /** A step that was sent may still be taken for so long. */
  readonly ledger: number;
  /** Before the first, second, … repetition of a call that failed; the last one stands for all further ones. */
  readonly backoff: readonly number[];
  /** Timers, sockets and processes on a busy machine. */
  readonly slack: number;
}

export function boundsOf({ joinWithinSeconds, keepAliveSeconds, leaveGraceSeconds, timeouts }: Terms): Bounds {
  const { answerSeconds, abandonSeconds, stopSeconds, conversationSeconds, ledgerSeconds } = timeouts;
  const send = conversationSeconds + 2 * stopSeconds + 1;
  return {
    idle: Math.max(joinWithinSeconds, keepAliveSeconds, leaveGraceSeconds),
    settle: send + abandonSeconds + 1,
    sweep: 1,
    lease: 2 * stopSeconds + 1,
    answer: answerSeconds,
    ledger: ledgerSeconds,
    backoff: [1, 2, 4, 8, 15],
    slack: 1,
  };
}
