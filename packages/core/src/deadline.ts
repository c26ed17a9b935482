import type { Clock } from "./clock.js";

/** What {@link within} gives when time is up. */
export const timeOver: unique symbol = Symbol("time over");

/** The task's outcome, or {@link timeOver} after so many seconds. The task itself goes on and may not reject unseen. */
export function within<T>(clock: Clock, seconds: number, task: Promise<T>): Promise<T | typeof timeOver> {
  // By hand: every step of every request comes through here, and a race makes seven objects of one.
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => resolve(timeOver), seconds * 1000);
    task.then(
      (value) => {
        clock.clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clock.clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** Whether there is anything to wait for. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  const mayBe = (typeof value === "object" && value !== null) || typeof value === "function";
  return mayBe && "then" in value && typeof value.then === "function";
}

/** The same for what may be there at once, and then needs no time at all. A throw is the task's rejection. */
export async function outcomeWithin<T>(
  clock: Clock,
  seconds: number,
  task: () => T | Promise<T>,
): Promise<T | typeof timeOver> {
  const begun = task();
  return isPromise(begun) ? await within(clock, seconds, Promise.resolve(begun)) : begun;
}

/** Resolves after so many milliseconds of the clock. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, milliseconds));
}
