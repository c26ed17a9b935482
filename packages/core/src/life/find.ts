import type { Consumer } from "../consumer.js";
import { within } from "../deadline.js";
import { BrokerError } from "../errors.js";
import type { LedgerRecord } from "../ledger/ledger.js";
import type { Parts } from "../parts.js";

/** How a caller says which conversation it means, and that it may. */
export interface Claim {
  /** Possession of the conversation's token is proof enough. */
  readonly token?: string;
  /** Whom the server takes the caller for. */
  readonly consumer?: Pick<Consumer, "identity" | "tenant">;
  readonly id?: string;
}

/**
 * `stop({ consumer: req.user, id })` with nobody signed in must not be taken for the server's own `stop({ id })`.
 *
 * @throws BrokerError `not-found` for a consumer or token that is named and missing
 */
export function checkClaim(claim: Claim): void {
  const named = (["consumer", "token", "id"] as const).filter((field) => field in claim);
  const missing = named.some((field) => claim[field] === undefined || claim[field] === null || claim[field] === "");
  const nobody = claim.consumer !== undefined && typeof claim.consumer?.identity !== "string";
  if (named.length === 0 || missing || nobody) throw new BrokerError("not-found");
}

export interface Found {
  readonly record: LedgerRecord;
  /** The delivery that a caller who knows none can mean: that of the start which was in flight when it came. */
  readonly delivery?: number | undefined;
}

/**
 * The conversation that is claimed. A foreign one and an unknown one are told apart by nothing.
 *
 * @throws BrokerError `not-found`, or `several-conversations` when no id says which one.
 */
export async function findClaimed(parts: Parts, { token, consumer, id }: Claim): Promise<Found> {
  const { ledger, digests } = parts;
  if (token !== undefined) {
    const record = await ledger.byToken(await digests.token(token));
    if (record === undefined || (id !== undefined && record.conversation !== id)) throw new BrokerError("not-found");
    return { record };
  }
  const owner = consumer && (await digests.consumer(consumer));
  if (id !== undefined) {
    const record = await ledger.byConversation(id);
    if (record === undefined || (owner !== undefined && record.consumer !== owner)) throw new BrokerError("not-found");
    return { record };
  }
  return await onlyLiveOf(parts, owner);
}

async function onlyLiveOf(parts: Parts, owner: string | undefined): Promise<Found> {
  if (owner === undefined) throw new BrokerError("not-found");
  const delivery = await startInFlightOf(parts, owner);
  const live = await parts.ledger.liveOf(owner);
  const known = live.filter(({ conversation }) => conversation !== undefined);
  const running = known.filter(({ state }) => state === "running");
  const [record, second] = running.length > 0 ? running : known;
  if (record === undefined) throw new BrokerError("not-found");
  if (second !== undefined) throw new BrokerError("several-conversations");
  return { record, delivery };
}

/** A stop that overtakes the start it is about waits for it. Gives the number of the delivery that start makes. */
async function startInFlightOf({ ledger, clock, timeouts }: Parts, owner: string): Promise<number | undefined> {
  const inFlight = (await ledger.liveOf(owner)).find(({ state }) => state === "reserved");
  if (inFlight === undefined) return undefined;
  const limit = new AbortController();
  await within(clock, timeouts.answerSeconds, ledger.settled(inFlight.reservation, limit.signal));
  limit.abort();
  return inFlight.deliveries + 1;
}
