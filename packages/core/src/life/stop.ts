import { BrokerError, isBrokerError } from "../errors.js";
import type { Books } from "../ledger/books.js";
import type { Claimed, LedgerClaim } from "../ledger/claim.js";
import type { EndReason } from "../ledger/states.js";
import type { Parts } from "../parts.js";
import { tell } from "./announce.js";
import { ledgerClaim } from "./claim.js";
import { stopUpstream } from "./end.js";
import { type StopOrder, type Stopped, stopped } from "./stop-order.js";
import { stopByUpstreamsRecord } from "./stop-without-ledger.js";
import { leaveGraceMs } from "./terms.js";

type Step = (delivery: number | undefined) => Promise<Claimed>;
type Found = Extract<Claimed, { claim: "found" }>;

/** @throws BrokerError `not-found`, `several-conversations`, or `ledger-unavailable` where upstream's record is no help */
export async function stopConversation(parts: Parts, order: StopOrder, reason: EndReason): Promise<Stopped> {
  try {
    const books = await parts.books();
    const claim = await ledgerClaim(books, order);
    return order.leaving ? await leave(parts, books, claim, order) : await stopNow(parts, books, claim, order, reason);
  } catch (error) {
    if (!isBrokerError(error) || error.code !== "ledger-unavailable") throw error;
    return await stopByUpstreamsRecord(parts, order, error);
  }
}

async function leave(parts: Parts, books: Books, claim: LedgerClaim, order: StopOrder): Promise<Stopped> {
  const graceMs = leaveGraceMs(parts);
  const { moved, record, delivery } = await onceSettled(parts, order.delivery, (known) =>
    books.step("leave", { claim, graceMs, delivery: known }),
  );
  if (moved) {
    await tell(parts, books, record, { type: "conversation.leaving", delivery });
    parts.wake();
  }
  return stopped(record.conversation, record.state);
}

async function stopNow(
  parts: Parts,
  books: Books,
  claim: LedgerClaim,
  order: StopOrder,
  reason: EndReason,
): Promise<Stopped> {
  const { moved, record } = await onceSettled(parts, order.delivery, (delivery) =>
    books.step("stop", { claim, reason, delivery }),
  );
  // One that somebody else is stopping is asked for no second time.
  const isOurs = moved || parts.stops.underWay(record.reservation);
  const state = isOurs ? await parts.track(stopUpstream(parts, books, record)) : record.state;
  return stopped(record.conversation, state);
}

/**
 * A stop that overtakes the start it is about waits for it, and then means the delivery that this start makes.
 *
 * @throws BrokerError `not-found` or `several-conversations`
 */
async function onceSettled(
  { settling, clock, timeouts }: Parts,
  given: number | undefined,
  step: Step,
): Promise<Found & { readonly delivery: number | undefined }> {
  const until = clock.now() + timeouts.answerSeconds * 1000;
  let delivery = given;
  for (;;) {
    const outcome = await step(delivery);
    if (outcome.claim === "found") return { ...outcome, delivery };
    if (outcome.claim === "several") throw new BrokerError("several-conversations");
    if (outcome.claim === "none" || clock.now() >= until) throw new BrokerError("not-found");
    delivery ??= outcome.delivery;
    await settling.maybe(outcome.reservation);
  }
}
