import { BrokerError } from "../errors.js";
import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";
import { insist } from "./insist.js";
import type { StopOrder, Stopped } from "./stop-order.js";
import { readTag } from "./tag.js";

/**
 * While the ledger is down, an owner's stop goes through by what Equos itself has written down: whose the conversation
 * is, and that this deployment started it. The ledger is told as soon as it is back.
 *
 * A token proves nothing here, since only the ledger knows it; and Equos knows nothing of tenants. Those are refused.
 *
 * @throws BrokerError `not-found`, or the ledger's own error where this does not decide
 */
export async function stopByUpstreamsRecord(
  parts: Parts,
  { id, consumer, token, leaving }: StopOrder,
  ledgerError: BrokerError,
): Promise<Stopped> {
  const { upstream, options, logger } = parts;
  // A page that only says it may be leaving is not worth a stop that nothing can put off.
  const undecided = id === undefined || leaving || (consumer === undefined && token !== undefined);
  if (undecided || consumer?.tenant !== undefined) throw ledgerError;
  const look = await upstream.look(id);
  if (look.says === "failure") throw ledgerError;
  if (look.says === "nothing") throw new BrokerError("not-found");
  const { conversation } = look;
  const tag = readTag(conversation.name);
  const ours = tag !== undefined && tag.deployment === (options.deployment ?? "");
  const theirs = consumer === undefined || (conversation.consumerIdentity === consumer.identity && !tag?.tenant);
  if (!ours || !theirs) throw new BrokerError("not-found");
  logger.warn({ conversation: id }, "Stopped by Equos' own record: the ledger is not available");
  const { confirmed } = look.says === "over" ? { confirmed: true } : await upstream.stop(id);
  if (!confirmed) throw ledgerError;
  void parts.track(writeDown(parts, id));
  return { conversation: { id, status: "ended" } };
}

/** Until the ledger knows, it would hand the conversation out again. */
async function writeDown(parts: Parts, conversation: string): Promise<void> {
  await insist(parts, async () => {
    const books = await parts.books();
    const step = await books.step("stop", { claim: { conversation }, reason: "owner" });
    if (step.claim === "found") await stopUpstream(parts, books, step.record);
  });
}
