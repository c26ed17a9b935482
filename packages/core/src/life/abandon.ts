import type { Books } from "../ledger/books.js";
import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";

/** A reply that carried this delivery reached nobody. Stops the conversation if no other one did. Never rejects. */
export async function abandon(parts: Parts, books: Books, reservation: string, delivery: number): Promise<void> {
  try {
    const step = await books.step("abandon", { reservation, delivery });
    if (step?.moved) await stopUpstream(parts, books, step.record);
  } catch (error) {
    // Nobody will be heard of in it, so that the join deadline finds it.
    parts.logger.error({ reservation, error: String(error) }, "A start that reached nobody could not be stopped yet");
    parts.wake();
  }
}
