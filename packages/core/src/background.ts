import { type Clock, stopwatch } from "./clock.js";
import { pause } from "./deadline.js";
import { isBrokerError } from "./errors.js";
import { StoreError } from "./store/session.js";

/** Delays before the first attempts of {@link Background.retry}, in ms. */
const RETRY_DELAYS_MS = [0, 1000, 4000, 10_000, 15_000, 30_000];
/** Delay before each later attempt, in ms. */
const LONGEST_DELAY_MS = 30_000;
/** Highest number of tasks that are repeated for longer than a minute. Deadlines of the states do the work of others. */
const MAX_RETRIES = 10_000;
/** Longest time of repetition, in ms. No conversation runs longer. */
const RETRY_FOR_MS = 25 * 3_600_000;

/** Keeps a Node process alive during a task: the timers of the clock do not. */
export async function keepProcess<T>(task: () => Promise<T>): Promise<T> {
  const timer = globalThis.setInterval(() => undefined, 1000);
  try {
    return await task();
  } finally {
    globalThis.clearInterval(timer);
  }
}

/** Work that goes on after its caller has an answer. */
export class Background {
  readonly #clock: Clock;
  readonly #tasks = new Set<Promise<unknown>>();
  #retries = 0;
  /** Schedules a sweep. */
  readonly wake: () => void;
  /** Whether the broker is not closed. */
  isOpen = true;

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.wake = wake;
  }

  /** Keeps a task until it settles, so that `close` waits for it. */
  track<T>(task: Promise<T>): Promise<T> {
    this.#tasks.add(task);
    const forget = () => this.#tasks.delete(task);
    task.then(forget, forget);
    return task;
  }

  /**
   * Runs a save. If it fails, repeats it in the background. Resolves after the first attempt, and never rejects.
   *
   * @param finish runs once the save has succeeded
   * @param waitUntil keeps a serverless function alive for the repetitions
   */
  async persist<T>(
    save: () => T | Promise<T>,
    finish: (saved: T) => void,
    waitUntil?: (task: Promise<unknown>) => void,
  ): Promise<void> {
    try {
      finish(await save());
    } catch {
      const task = this.track(this.retry(async () => finish(await save())));
      try {
        waitUntil?.(task);
      } catch {
        // Some platforms refuse it after the response.
      }
    }
  }

  /** Repeats a task with growing delays until it succeeds, cannot succeed any more, or the broker closes. Never rejects. */
  async retry<T>(task: () => T | Promise<T>): Promise<T | undefined> {
    const elapsed = stopwatch(this.#clock);
    this.#retries += 1;
    try {
      for (let attempt = 0; elapsed() < RETRY_FOR_MS; attempt += 1) {
        const delay = RETRY_DELAYS_MS[attempt];
        if (delay === undefined && (!this.isOpen || this.#retries > MAX_RETRIES)) break;
        if (delay !== 0) await pause(this.#clock, delay ?? LONGEST_DELAY_MS);
        try {
          return await task();
        } catch (error) {
          if (isFinal(error)) break;
        }
      }
    } finally {
      this.#retries -= 1;
    }
    return undefined;
  }

  /** Resolves once no task is under way. Serverless platforms end some tasks without settling them. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) {
      const tasks = [...this.#tasks];
      await Promise.allSettled(tasks);
      for (const task of tasks) this.#tasks.delete(task);
    }
  }

  /** Forgets all tasks. */
  clear(): void {
    this.#tasks.clear();
  }
}

/** Whether a repetition cannot succeed: a replaced store never takes the change, and a refusal stays one. */
const isFinal = (error: unknown): boolean =>
  error instanceof StoreError ? error.kind === "replaced" : isBrokerError(error) && error.code !== "store-unavailable";
