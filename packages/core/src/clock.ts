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
