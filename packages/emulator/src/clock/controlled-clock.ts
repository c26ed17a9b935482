import type { EmulatorClock } from "./clock.js";

/** A clock that runs with the system's, can be stopped, and moved forward whether or not it runs. */
export interface ControlledClock extends EmulatorClock {
  readonly running: boolean;
  /** Time stands still from now on. */
  stop(): void;
  /** Time goes on from where it stands. */
  resume(): void;
  /**
   * Moves time forward by `ms` milliseconds: timers that fall due run in the order of their time, each one seeing its
   * own moment as `now()`, with promises and local sockets given room to settle in between.
   */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

/** An exchange over a loopback socket takes about six turns of the event loop. */
const turnsToSettle = 10;

/** Epoch milliseconds: a thousand years and more before the end of what `Date` knows, so that what expires later exists too. */
export const lastMoment = 8.6e15;

/** The most that a timer of the system can wait. */
const longestWait = 2 ** 31 - 1;

async function settle(): Promise<void> {
  for (let turn = 0; turn < turnsToSettle; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

class Clock implements ControlledClock {
  readonly #timers = new Set<Timer>();
  /** Ahead of the system's time by this much while it runs. */
  #ahead = 0;
  /** Where time stands; `undefined` while it runs. */
  #standing: number | undefined;
  #wake: NodeJS.Timeout | undefined;
  /** What was asked for last; during an advance time stands all the same. */
  #runs: boolean;
  /** Advances under way. */
  #advances = 0;

  constructor(standing: number | undefined) {
    this.#standing = standing;
    this.#runs = standing === undefined;
  }

  get running(): boolean {
    return this.#runs;
  }

  now(): number {
    return this.#standing ?? Date.now() + this.#ahead;
  }

  setTimeout(run: () => void, ms: number): unknown {
    const timer: Timer = { dueAt: this.now() + Math.max(0, ms), run };
    this.#timers.add(timer);
    this.#arm();
    return timer;
  }

  clearTimeout(handle: unknown): void {
    // Only handles of this clock are in the set; deleting anything else does nothing.
    if (this.#timers.delete(handle as Timer)) this.#arm();
  }

  stop(): void {
    this.#runs = false;
    this.#follow();
  }

  resume(): void {
    this.#runs = true;
    this.#follow();
  }

  async advance(ms: number): Promise<void> {
    const target = this.now() + ms;
    if (!(ms >= 0 && target <= lastMoment)) {
      throw new RangeError(`advance takes milliseconds from 0 to the end of dates, not ${ms}`);
    }
    this.#advances += 1;
    this.#follow();
    try {
      await settle();
      for (let timer = this.#nextDue(target); timer !== undefined; timer = this.#nextDue(target)) {
        this.#timers.delete(timer);
        this.#moveTo(timer.dueAt);
        timer.run();
        await settle();
      }
      this.#moveTo(target);
    } finally {
      this.#advances -= 1;
      this.#follow();
    }
    await settle();
  }

  /** While what is due happens in its order, time stands; otherwise it does what was asked for. */
  #follow(): void {
    const stands = !this.#runs || this.#advances > 0;
    if (stands) this.#standing ??= this.now();
    else if (this.#standing !== undefined) {
      this.#ahead = this.#standing - Date.now();
      this.#standing = undefined;
    }
    this.#arm();
  }

  /** Only while time stands; never back, because several advances may be under way. */
  #moveTo(at: number): void {
    this.#standing = Math.max(this.now(), at);
  }

  #nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }

  /** One timer of the system stands for the next of ours. */
  #arm(): void {
    clearTimeout(this.#wake);
    this.#wake = undefined;
    if (this.#standing !== undefined) return;
    const next = this.#nextDue(Number.POSITIVE_INFINITY);
    if (next === undefined) return;
    this.#wake = setTimeout(() => this.#runDue(), Math.min(longestWait, Math.max(0, next.dueAt - this.now())));
  }

  #runDue(): void {
    const due = this.#nextDue(this.now());
    if (due !== undefined) {
      this.#timers.delete(due);
      due.run();
    }
    this.#arm();
  }
}

/**
 * A clock that runs with the system's until it is stopped.
 *
 * @example
 * ```ts
 * const emulator = await startEmulator();
 * emulator.clock.stop();
 * await emulator.clock.advance(10 * 60_000); // what falls due happens in its order
 * emulator.clock.resume();
 * ```
 */
export const controlledClock = (): ControlledClock => new Clock(undefined);

/**
 * A clock for tests: ten minutes pass in a millisecond.
 *
 * @param start - Milliseconds since the Unix epoch; default: the system's time now, so that tokens verify.
 * @example
 * ```ts
 * const clock = manualClock();
 * const emulator = await startEmulator({ clock });
 * await clock.advance(10 * 60_000);
 * ```
 */
export const manualClock = (start: number = Date.now()): ControlledClock => new Clock(start);
