import { type Clock, wasFrozen } from "./clock.js";

/** The outcome of {@link within} after its time limit. */
export const timeOver: unique symbol = Symbol("time over");

/** More time for a task after a freeze, in ms: its outcome may wait in a socket. */
const MOMENT_MS = 1_000;

/** Returns the task's outcome, or {@link timeOver} after the time limit. The task goes on, and its late rejection is ignored. */
export function within<T>(clock: Clock, seconds: number, task: Promise<T>): Promise<T | typeof timeOver> {
  // Every step of every request passes here, and Promise.race would create seven objects.
  return new Promise((resolve, reject) => {
    let endsAt = clock.now() + seconds * 1000;
    const expire = () => resolve(timeOver);
    let timer = clock.setTimeout(() => {
      if (!wasFrozen(clock, endsAt)) return expire();
      endsAt = clock.now() + MOMENT_MS;
      timer = clock.setTimeout(expire, MOMENT_MS);
    }, seconds * 1000);
    const settle =
      <A>(done: (outcome: A) => void) =>
      (outcome: A) => {
        clock.clearTimeout(timer);
        wasFrozen(clock, endsAt);
        done(outcome);
      };
    task.then(settle(resolve), settle(reject));
  });
}

/** Returns whether a value has to be awaited. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  // Any value but null and undefined can be read from.
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** Calls a task, and applies {@link within} only if it returns a promise. A throw becomes a rejection. */
export async function outcomeWithin<T>(
  clock: Clock,
  seconds: number,
  task: () => T | Promise<T>,
): Promise<T | typeof timeOver> {
  const outcome = task();
  return isPromise(outcome) ? await within(clock, seconds, Promise.resolve(outcome)) : outcome;
}

/** Resolves after a time. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, milliseconds));
}
