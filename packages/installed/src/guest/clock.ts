import type { Clock } from "@equos-broker/core";

interface Timer {
  readonly dueAt: number;
  cancelled: boolean;
}

/** A turn of the event loop, and a moment for what the sockets have brought. */
const turn = (): Promise<void> => new Promise((resolve) => globalThis.setTimeout(resolve, 1));

/** So many turns a timer gets to fire in, before its request is taken to have ended with it. */
const TURNS = 20;

/**
 * Time that another process moves. Each timer asks for it by a real one, in the request that has set it: on Workers it then
 * ends with that request, as a real one does.
 */
export class GuestClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(task: () => void, milliseconds: number): unknown {
    const timer: Timer = { dueAt: this.#now + Math.max(0, milliseconds), cancelled: false };
    this.#timers.add(timer);
    void this.#wait(timer, task);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    // A handle of this clock's, or nothing.
    const timer = handle as Timer | undefined;
    if (timer === undefined) return;
    timer.cancelled = true;
    this.#timers.delete(timer);
  }

  /** What falls due runs, one after the other. */
  async advance(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    for (let turns = 0; turns < TURNS && this.#due().length > 0; turns += 1) await turn();
    for (const timer of this.#due()) this.#timers.delete(timer);
    await turn();
    await turn();
  }

  #due(): Timer[] {
    return [...this.#timers].filter(({ dueAt }) => dueAt <= this.#now);
  }

  async #wait(timer: Timer, task: () => void): Promise<void> {
    while (!timer.cancelled && this.#now < timer.dueAt) await turn();
    this.#timers.delete(timer);
    if (!timer.cancelled) task();
  }
}
