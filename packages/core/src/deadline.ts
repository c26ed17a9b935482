import type { Clock } from "./clock.js";

/** What {@link within} gives when time is up. */
export const timeOver: unique symbol = Symbol("time over");

/** The task's outcome, or {@link timeOver} after so many seconds. The task itself goes on and may not reject unseen. */
export async function within<T>(clock: Clock, seconds: number, task: Promise<T> | T): Promise<T | typeof timeOver> {
  let timer: unknown;
  const limit = new Promise<typeof timeOver>((resolve) => {
    timer = clock.setTimeout(() => resolve(timeOver), seconds * 1000);
  });
  try {
    return await Promise.race([task, limit]);
  } finally {
    clock.clearTimeout(timer);
  }
}

/** Resolves after so many milliseconds of the clock. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, milliseconds));
}
