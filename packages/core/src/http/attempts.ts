import type { Clock } from "../clock.js";
import type { Proof } from "../conversations/stop.js";
import { BrokerError } from "../errors.js";
import type { Action } from "../exchange.js";

/** More requests for the same than any page and its reloads make. */
const MAX_ATTEMPTS = 60;
const WINDOW_MS = 10_000;
/** Counted at a time, of consumers and of tokens each; a window lasts ten seconds. */
const MAX_COUNTS = 10_000;
/** Made at once where there are more: of the oldest. */
const ROOM = 1_000;

/**
 * Refuses a consumer that sends the same request again and again, before the store is called. Protects this server and Equos
 * from a loop. The limits of starts are counted in the store.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #ofConsumers = new Counts();
  /** Apart, because anybody can make tokens up: nobody's count may be pushed out by them. */
  readonly #ofTokens = new Counts();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws BrokerError `too-many-attempts` */
  check(action: Action, { token, consumer }: Pick<Proof, "token" | "consumer">): void {
    const now = this.#clock.now();
    const count =
      token === undefined
        ? this.#ofConsumers.next(JSON.stringify([action, consumer?.tenant, consumer?.identity]), now)
        : // The end of a token is its signature.
          this.#ofTokens.next(`${action} ${token.slice(-43)}`, now);
    if (count.attempts <= MAX_ATTEMPTS) return;
    throw new BrokerError("too-many-attempts", { retryAfterSeconds: Math.ceil((count.until - now) / 1000) });
  }
}

interface Count {
  readonly until: number;
  attempts: number;
}

/** Attempts by key, each in a window of its own. */
class Counts {
  /** In the order in which windows end. */
  readonly #counts = new Map<string, Count>();
  /** No window in the map ends before this. */
  #firstEnd = 0;

  /** One attempt more. */
  next(key: string, now: number): Count {
    let count = this.#counts.get(key);
    if (count === undefined || count.until <= now) {
      this.#counts.delete(key);
      count = { until: now + WINDOW_MS, attempts: 0 };
      this.#counts.set(key, count);
      this.#forgetOld(now);
    }
    count.attempts += 1;
    return count;
  }

  #forgetOld(now: number): void {
    // A map's first entry is found past all that were deleted before it: looked for only when there is something to forget.
    const isFull = this.#counts.size > MAX_COUNTS;
    if (now < this.#firstEnd && !isFull) return;
    const most = isFull ? MAX_COUNTS - ROOM : MAX_COUNTS;
    for (const [key, { until }] of this.#counts) {
      this.#firstEnd = until;
      if (until > now && this.#counts.size <= most) return;
      this.#counts.delete(key);
    }
  }
}
