/** The broker's source of time. Tests pass one that they control. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment, never set back. Default: `now`. */
  monotonic?(): number;
  setTimeout(task: () => void, milliseconds: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The system's time. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (task, milliseconds) => {
    // Node returns an object with `unref`, other runtimes a number.
    const handle = globalThis.setTimeout(task, milliseconds) as unknown as { unref?(): void } | number;
    if (typeof handle === "object") handle.unref?.();
    return handle;
  },
  // The handle is from setTimeout above. No type that all runtimes share names it.
  clearTimeout: (handle) => globalThis.clearTimeout(handle as number),
};

/**
 * Returns a function that measures the time from now on, in ms. If the clocks disagree, the longer time counts: the wall
 * clock may be set back, and the monotonic one may stand still while the machine is suspended.
 */
export function stopwatch(clock: Clock): () => number {
  const wall = clock.now();
  const steady = clock.monotonic?.() ?? 0;
  return () => Math.max(clock.now() - wall, (clock.monotonic?.() ?? 0) - steady);
}

/** A timer that is this late was held up: the process was frozen, as Lambda does it between requests. In ms. */
const FREEZE_MS = 1_000;
/** Time for connections to be opened again after a freeze, in ms. */
const THAW_MS = 5_000;
/** When the latest freeze was noticed, by clock. */
const thaws = new WeakMap<Clock, number>();

/** Whether the process was frozen at this time, because it is long over. Notes the freeze. */
export function wasFrozen(clock: Clock, plannedAt: number): boolean {
  const now = clock.now();
  if (now <= plannedAt + FREEZE_MS) return false;
  thaws.set(clock, now);
  return true;
}

/** Whether a failure may be due to a freeze that has just ended, such as a connection that broke meanwhile. */
export const isThawing = (clock: Clock): boolean =>
  clock.now() - (thaws.get(clock) ?? Number.NEGATIVE_INFINITY) < THAW_MS;
