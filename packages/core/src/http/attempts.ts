import type { Clock } from "../clock.js";
import type { Proof } from "../conversations/stop.js";
import { BrokerError } from "../errors.js";
import type { Action } from "../exchange.js";

/** Requests per action and window of one consumer or token. More than a page and its reloads send. */
const MAX_REQUESTS = 60;
const WINDOW_MS = 10_000;
/** Windows in each of the two maps of a counter. */
const MAX_WINDOWS = 5_000;

/** Throws `too-many-attempts` if the consumer or token has sent this request too often. */
export type CheckAttempts = (action: Action, proof: Pick<Proof, "token" | "consumer">) => void;

/**
 * Returns the guard against clients that repeat a request in a loop. It runs before the store is called. The limits of starts
 * are counted in the store.
 */
export function limitAttempts(clock: Clock): CheckAttempts {
  const countConsumer = createCounter();
  // Tokens are counted apart: anyone can invent tokens, and these must not displace consumers.
  const countToken = createCounter();
  return (action, { token, consumer }) => {
    const now = clock.now();
    const { requests, endsAt } =
      token === undefined
        ? countConsumer(JSON.stringify([action, consumer?.tenant, consumer?.identity]), now)
        : // The last 43 characters of a JWT are its signature.
          countToken(`${action} ${token.slice(-43)}`, now);
    if (requests <= MAX_REQUESTS) return;
    throw new BrokerError("too-many-attempts", { retryAfterSeconds: Math.ceil((endsAt - now) / 1000) });
  };
}

/** Counts requests by key. Each key has windows of its own. Memory is bounded: the oldest windows are dropped. */
function createCounter() {
  let recent = new Map<string, { requests: number; readonly endsAt: number }>();
  let older = recent;
  let rotateAt = 0;
  return (key: string, now: number) => {
    let window = recent.get(key) ?? older.get(key);
    if (window === undefined || window.endsAt <= now) {
      // Every window in `older` has ended by now, unless there are too many.
      if (now >= rotateAt || recent.size >= MAX_WINDOWS) {
        older = recent;
        recent = new Map();
        rotateAt = now + WINDOW_MS;
      }
      window = { requests: 0, endsAt: now + WINDOW_MS };
      recent.set(key, window);
    }
    window.requests += 1;
    return window;
  };
}
