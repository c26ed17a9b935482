import { TimeoutError } from "./errors.js";

export interface Limit {
  /** Named by the `TimeoutError`. */
  readonly operation: string;
  readonly timeoutMs: number;
  /** The caller's own; its reason is what the call fails with. */
  readonly signal: AbortSignal | undefined;
}

/**
 * That a call is over before its answer, because its time is up or its caller has gone. Less than an `AbortSignal`, which costs
 * as much CPU as the rest of the client together.
 */
export class Ending {
  ended = false;
  reason: unknown;
  #listener: (() => void) | undefined;

  /** Whom to tell; the latest listener only. One that comes too late is told at once. */
  listen(listener: () => void): void {
    if (this.ended) listener();
    else this.#listener = listener;
  }

  end(reason: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.reason = reason;
    this.#listener?.();
  }

  throwIfEnded(): void {
    if (this.ended) throw this.reason;
  }

  /** The same as a promise that only ever rejects, for work that does not listen. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.listen(() => reject(this.reason));
      work.then(resolve, reject);
    });
  }
}

/** Runs `work` until it settles; it has to end when its {@link Ending} does. */
export async function limited<T>(
  { operation, timeoutMs, signal }: Limit,
  work: (ending: Ending) => Promise<T>,
): Promise<T> {
  const ending = new Ending();
  const timer = setTimeout(() => ending.end(new TimeoutError(timeoutMs, operation)), timeoutMs);
  const follow = signal && (() => ending.end(signal.reason));
  if (signal && follow) {
    signal.addEventListener("abort", follow, { once: true });
    if (signal.aborted) follow();
  }
  try {
    ending.throwIfEnded();
    return await work(ending);
  } finally {
    clearTimeout(timer);
    if (signal && follow) signal.removeEventListener("abort", follow);
  }
}

/** @throws TypeError when it is no time that a timer can wait. */
export function checkedTimeout(timeoutMs: number): number {
  // Timers take what they cannot count, such as `Infinity`, for one millisecond.
  if (timeoutMs > 0 && timeoutMs < 2 ** 31) return timeoutMs;
  throw new TypeError("timeoutMs must be a number of milliseconds above 0 and below 2^31 (24 days)");
}
