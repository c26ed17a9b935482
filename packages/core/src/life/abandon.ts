import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";

/** A reply that carried this delivery reached nobody. Stops the conversation if no other one did. Never rejects. */
export async function abandon(parts: Parts, reservation: string, delivery: number): Promise<void> {
  try {
    const step = await parts.ledger.abandon(reservation, delivery);
    if (step?.moved) await stopUpstream(parts, step.record);
  } catch (error) {
    parts.logger.error({ reservation, error: String(error) }, "A start that reached nobody could not be stopped yet");
    parts.wake();
  }
}
