import type { Meter, Reading, ReserveRequest } from "@equos-broker/core";
import type { Books, Charge } from "./books.js";

const windowOf = (windowMs: number, now: number): number => Math.floor(now / windowMs);
const slot = (key: string, window: number): string => `${window} ${key}`;

function left(books: Books, meter: Meter, now: number): number {
  return meter.max - (books.used.get(slot(meter.key, windowOf(meter.windowMs, now))) ?? 0);
}

function resetMs(meter: Meter, now: number): number {
  return (windowOf(meter.windowMs, now) + 1) * meter.windowMs - now;
}

export function readings(books: Books, meters: readonly Meter[], now: number): Reading[] {
  return meters.map((meter) => ({
    name: meter.name,
    left: left(books, meter, now),
    resetMs: resetMs(meter, now),
  }));
}

/** Rule 8 of `reserve`: each meter in turn. How long the conversation may be, or the first meter that is in the way. */
export function fit(
  books: Books,
  request: ReserveRequest,
  now: number,
): { readonly maxSeconds: number } | { readonly by: string; readonly retryAfterMs: number } {
  let maxSeconds = request.maxSeconds;
  for (const meter of request.meters) {
    const rest = left(books, meter, now);
    const enough = meter.unit === "starts" ? 1 : request.minSeconds;
    if (rest < enough) return { by: meter.name, retryAfterMs: resetMs(meter, now) };
    if (meter.unit === "seconds") maxSeconds = Math.min(maxSeconds, rest);
  }
  return { maxSeconds };
}

/** Charges all meters for one start of so many seconds. */
export function charge(books: Books, meters: readonly Meter[], maxSeconds: number, now: number): Charge[] {
  return meters.map(({ key, unit, windowMs }) => {
    const amount = unit === "starts" ? 1 : maxSeconds;
    const window = windowOf(windowMs, now);
    add(books, key, window, amount);
    return { key, unit, windowMs, window, amount };
  });
}

/** Gives back what was not used, into the window that was charged, if that is still open. */
export function settle(
  books: Books,
  charges: readonly Charge[],
  ended: { readonly seconds: number; readonly notStarted: boolean },
  now: number,
): void {
  for (const { key, unit, windowMs, window, amount } of charges) {
    if (window !== windowOf(windowMs, now)) continue;
    if (unit === "seconds") add(books, key, window, ended.seconds - amount);
    else if (ended.notStarted) add(books, key, window, -amount);
  }
}

function add(books: Books, key: string, window: number, amount: number): void {
  books.used.set(slot(key, window), (books.used.get(slot(key, window)) ?? 0) + amount);
}
