import type { Meter, Reading } from "../reservation.js";
import { DueQueue } from "./due-queue.js";
import type { Charge } from "./entry.js";

interface Window {
  readonly number: number;
  readonly endsAt: number;
  used: number;
}

/** What was taken from each quota in its present window. Older windows are forgotten. */
export class Meters {
  readonly #windows = new Map<string, Window>();
  readonly #ends = new DueQueue();

  reading({ name, key, max, windowMs }: Meter, now: number): Reading {
    const number = Math.floor(now / windowMs);
    const window = this.#windows.get(key);
    const used = window?.number === number ? window.used : 0;
    return { name, left: Math.max(0, max - used), resetMs: (number + 1) * windowMs - now };
  }

  charge({ key, unit, windowMs }: Meter, amount: number, now: number): Charge {
    const number = Math.floor(now / windowMs);
    const window = this.#windows.get(key);
    if (window?.number === number) window.used += amount;
    else {
      const endsAt = (number + 1) * windowMs;
      this.#windows.set(key, { number, endsAt, used: amount });
      this.#ends.push(endsAt, key);
    }
    return { key, unit, amount, window: number };
  }

  giveBack({ key, window }: Charge, amount: number): void {
    const present = this.#windows.get(key);
    if (present?.number === window) present.used = Math.max(0, present.used - amount);
  }

  /** Forgets the windows that are over. */
  forgetOld(now: number): void {
    for (let item = this.#ends.popDue(now); item !== undefined; item = this.#ends.popDue(now)) {
      if ((this.#windows.get(item.key)?.endsAt ?? Number.POSITIVE_INFINITY) <= now) this.#windows.delete(item.key);
    }
  }
}
