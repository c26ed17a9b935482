/** Where the broker takes its time from. Tests hand in one that they move themselves. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment, never set back. Without it `now` is taken. */
  monotonic?(): number;
  setTimeout(task: () => void, milliseconds: number): unknown;
  clearTimeout(handle: unknown): void;
}

interface Unrefable {
  unref?(): void;
}

/** The system's time. Its timers never keep a process alive by themselves. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (task, milliseconds) => {
    // Node gives an object with unref, other runtimes a number.
    const handle = globalThis.setTimeout(task, milliseconds) as unknown as Unrefable | number;
    if (typeof handle === "object") handle.unref?.();
    return handle;
  },
  // The handle is what setTimeout above gave, which no type shared by all runtimes names.
  clearTimeout: (handle) => globalThis.clearTimeout(handle as number),
};

/**
 * Measures from now on, in ms; if the clocks disagree, the longer time. One may have been set back, and the other may
 * have stood still while the machine was suspended.
 */
export function stopwatch(clock: Clock): () => number {
  const wall = clock.now();
  const steady = clock.monotonic?.() ?? 0;
  return () => Math.max(clock.now() - wall, (clock.monotonic?.() ?? 0) - steady);
}
