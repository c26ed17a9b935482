/**
 * The time the emulator lives by: conversations start, end and are billed by it, and delays wait on it.
 *
 * @see {@link manualClock} for one that tests move by hand.
 */
export interface EmulatorClock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `fn` once, `ms` milliseconds from now, and returns a handle for {@link EmulatorClock.clearTimeout}. */
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

export const systemClock: EmulatorClock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  // Only handles of the line above come back here; the interface hides their type because clocks differ in it.
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
