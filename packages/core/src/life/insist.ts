import { pause } from "../deadline.js";
import type { Parts } from "../parts.js";

/** Takes a step of the ledger, in a quarter of a minute if not at once. `undefined`: it is left to time. Never rejects. */
export async function insist<T>({ clock }: Parts, step: () => Promise<T>): Promise<T | undefined> {
  for (const pauseMs of [0, 1000, 4000, 10_000]) {
    if (pauseMs > 0) await pause(clock, pauseMs);
    try {
      return await step();
    } catch {
      // Tried again, or left to time.
    }
  }
  return undefined;
}
