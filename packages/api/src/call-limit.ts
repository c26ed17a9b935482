import { TimeoutError } from "./errors.js";

export interface Limit {
  /** Named by the `TimeoutError`. */
  readonly operation: string;
  readonly timeoutMs: number;
  /** The caller's own; its reason is what the call fails with. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `work` until it settles, its time is over or the caller aborts. `ended` rejects then, for what does not look at
 * the signal.
 */
export async function limited<T>(
  { operation, timeoutMs, signal }: Limit,
  work: (signal: AbortSignal, ended: Promise<never>) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const ended = aborted(limit.signal);
  const timer = setTimeout(() => limit.abort(new TimeoutError(timeoutMs, operation)), timeoutMs);
  const follow = () => limit.abort(signal?.reason);
  signal?.addEventListener("abort", follow, { once: true });
  if (signal?.aborted) follow();
  try {
    limit.signal.throwIfAborted();
    return await work(limit.signal, ended);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", follow);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  // Nobody may be waiting yet.
  promise.catch(() => undefined);
  return promise;
}

/** @throws TypeError when it is no time that a timer can wait. */
export function checkedTimeout(timeoutMs: number): number {
  // Timers take what they cannot count, such as `Infinity`, for one millisecond.
  if (timeoutMs > 0 && timeoutMs < 2 ** 31) return timeoutMs;
  throw new TypeError("timeoutMs must be a number of milliseconds above 0 and below 2^31 (24 days)");
}
