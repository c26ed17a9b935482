import { BrokerError } from "../errors.js";
import type { Parts } from "../parts.js";
import { tell } from "./announce.js";
import { type Claim, ledgerClaim } from "./claim.js";
import { defaultSeconds } from "./terms.js";

/** Somebody is in the conversation. @throws BrokerError `not-found`, or `conversation-ended` when it runs no more. */
export async function keepConversation(parts: Parts, claim: Claim): Promise<void> {
  const books = await parts.books();
  const keepMs = (parts.options.keepAliveSeconds ?? defaultSeconds.keepAlive) * 1000;
  const step = await books.step("keep", { claim: await ledgerClaim(books, claim), keepMs });
  if (step.claim === "several") throw new BrokerError("several-conversations");
  if (step.claim !== "found") throw new BrokerError("not-found");
  if (step.record.state !== "running") throw new BrokerError("conversation-ended");
  if (step.moved) await tell(parts, books, step.record, { type: "conversation.joined" });
}
