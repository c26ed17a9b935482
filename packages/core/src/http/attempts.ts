import type { Clock } from "../clock.js";
import { BrokerError } from "../errors.js";
import type { Action } from "../exchange.js";
import type { Claim } from "../life/claim.js";

/** More requests for the same than any page and its reloads make. */
const MAX_ATTEMPTS = 60;
const WINDOW_MS = 10_000;
/** Consumers counted at a time; a window lasts ten seconds. */
const MAX_CONSUMERS = 10_000;
/** Made at once where there are more: of the oldest. */
const ROOM = 1_000;

interface Count {
  readonly until: number;
  attempts: number;
}

/**
 * Refuses a consumer that asks for the same again and again, before anything is asked of the ledger. It protects this one
 * server, and Equos, from a loop; what a consumer may really start is the ledger's to say.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #counts = new Map<string, Count>();
  /** No window in the map ends before this. */
  #firstEnd = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws BrokerError `too-many-attempts` */
  check(action: Action, { token, consumer }: Pick<Claim, "token" | "consumer">): void {
    const now = this.#clock.now();
    // The end of a token is its signature.
    const key = JSON.stringify([action, consumer?.tenant, consumer?.identity, token?.slice(-43)]);
    let count = this.#counts.get(key);
    if (count === undefined || count.until <= now) {
      this.#counts.delete(key);
      count = { until: now + WINDOW_MS, attempts: 0 };
      this.#counts.set(key, count);
      this.#forgetOld(now);
    }
    count.attempts += 1;
    if (count.attempts <= MAX_ATTEMPTS) return;
    throw new BrokerError("too-many-attempts", { retryAfterSeconds: Math.ceil((count.until - now) / 1000) });
  }

  /** The map is in the order in which windows end. */
  #forgetOld(now: number): void {
    // A map's first entry is found past all that were deleted before it: looked for only when there is something to forget.
    const isFull = this.#counts.size > MAX_CONSUMERS;
    if (now < this.#firstEnd && !isFull) return;
    const most = isFull ? MAX_CONSUMERS - ROOM : MAX_CONSUMERS;
    for (const [key, { until }] of this.#counts) {
      this.#firstEnd = until;
      if (until > now && this.#counts.size <= most) return;
      this.#counts.delete(key);
    }
  }
}
