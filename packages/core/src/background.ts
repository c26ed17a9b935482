import type { Clock } from "./clock.js";
import { pause } from "./deadline.js";

/** Delays between the attempts of {@link Background.retry}, in ms. After them the sweep takes over. */
const RETRY_DELAYS_MS = [0, 1000, 4000, 10_000, 15_000, 30_000];

/** Keeps a Node process alive during a task: the timers of the clock do not. */
export async function keepProcess<T>(task: () => Promise<T>): Promise<T> {
  const timer = globalThis.setInterval(() => undefined, 1000);
  try {
    return await task();
  } finally {
    globalThis.clearInterval(timer);
  }
}

/** Work that goes on after its caller was answered, and what ends it at shutdown. */
export class Background {
  readonly #clock: Clock;
  readonly #tasks = new Set<Promise<unknown>>();
  /** Schedules a sweep. */
  readonly wake: () => void;
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
      waitUntil?.(task);
    }
  }

  /** Repeats a task until it succeeds, with growing delays, at most for a minute. Never rejects. */
  async retry<T>(task: () => T | Promise<T>): Promise<T | undefined> {
    for (const delay of RETRY_DELAYS_MS) {
      if (delay > 0) await pause(this.#clock, delay);
      try {
        return await task();
      } catch {
        // Tried again. In the end the deadlines of the state do the same.
      }
    }
    return undefined;
  }

  /** Resolves once nothing is under way. Serverless platforms end some tasks without settling them. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) {
      const tasks = [...this.#tasks];
      await Promise.allSettled(tasks);
      for (const task of tasks) this.#tasks.delete(task);
    }
  }

  /** Stops waiting for what is under way. */
  clear(): void {
    this.#tasks.clear();
  }
}
