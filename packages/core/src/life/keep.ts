import { BrokerError } from "../errors.js";
import type { Parts } from "../parts.js";
import { type Claim, findClaimed } from "./find.js";

/** Somebody is in the conversation. @throws BrokerError `not-found`, or `conversation-ended` when it runs no more. */
export async function keepConversation(parts: Parts, claim: Claim): Promise<void> {
  const { record } = await findClaimed(parts, claim);
  const step = await parts.ledger.touch(record.reservation);
  if (step?.record.state !== "running") throw new BrokerError("conversation-ended");
}
