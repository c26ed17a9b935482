import type { Consumer } from "../consumer.js";
import { BrokerError } from "../errors.js";
import type { LedgerRecord } from "../ledger/ledger.js";
import type { Parts } from "../parts.js";

/** How a caller says which conversation it means, and that it may. */
export interface Claim {
  /** Possession of the conversation's token is proof enough. */
  readonly token?: string | undefined;
  /** Whom the server takes the caller for. */
  readonly consumer?: Pick<Consumer, "identity" | "tenant"> | undefined;
  readonly id?: string | undefined;
}

/**
 * The conversation that is claimed. A foreign one and an unknown one are told apart by nothing.
 *
 * @throws BrokerError `not-found`, or `several-conversations` when no id says which one.
 */
export async function findClaimed(parts: Parts, { token, consumer, id }: Claim): Promise<LedgerRecord> {
  const { ledger, digests } = parts;
  if (token !== undefined) {
    const record = await ledger.byToken(await digests.token(token));
    if (record === undefined || (id !== undefined && record.conversation !== id)) throw new BrokerError("not-found");
    return record;
  }
  const owner = consumer && (await digests.consumer(consumer));
  if (id !== undefined) {
    const record = await ledger.byConversation(id);
    if (record === undefined || (owner !== undefined && record.consumer !== owner)) throw new BrokerError("not-found");
    return record;
  }
  return await onlyLiveOf(parts, owner);
}

async function onlyLiveOf(parts: Parts, owner: string | undefined): Promise<LedgerRecord> {
  if (owner === undefined) throw new BrokerError("not-found");
  const live = await parts.ledger.liveOf(owner);
  const inFlight = live.find(({ state }) => state === "reserved");
  if (inFlight !== undefined) {
    // A stop that overtakes the start it is about.
    const limit = new AbortController();
    const timer = parts.clock.setTimeout(() => limit.abort(), parts.timeouts.answerSeconds * 1000);
    await parts.ledger.settled(inFlight.reservation, limit.signal);
    parts.clock.clearTimeout(timer);
    if (!limit.signal.aborted) return await onlyLiveOf(parts, owner);
  }
  const known = live.filter(({ conversation }) => conversation !== undefined);
  const running = known.filter(({ state }) => state === "running");
  const [record, second] = running.length > 0 ? running : known;
  if (record === undefined) throw new BrokerError("not-found");
  if (second !== undefined) throw new BrokerError("several-conversations");
  return record;
}
