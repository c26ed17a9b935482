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
