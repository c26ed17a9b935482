import { base64url } from "../hmac.js";
import type { Books } from "../ledger/books.js";
import type { ReserveRequest } from "../ledger/reservation.js";
import type { EndReason } from "../ledger/states.js";
import { MIN_SECONDS } from "../limits.js";
import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";
import { insist } from "./insist.js";
import { metersOf } from "./limits.js";
import type { Order } from "./order.js";
import { newPayload } from "./payload.js";
import { CHECK_EVERY_MS } from "./resume.js";
import { termsOf } from "./terms.js";
import { TOMBSTONE_MS } from "./tombstone.js";

/** Callers of one consumer that may wait for its start in flight: a few clicks and tabs. */
const MAX_WAITING = 4;

/** What a start asks the ledger for; the same however often it asks. */
export interface Reservation {
  readonly request: ReserveRequest;
}

export async function reservationOf(parts: Parts, books: Books, order: Order): Promise<Reservation> {
  const { digests, id } = books;
  const { limits, sticky } = order;
  const { whenActive } = parts.options;
  const reservation = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const consumer = await digests.consumer(order.consumer);
  return {
    request: {
      reservation,
      consumer,
      fingerprint: await digests.fingerprint(order.characterId, order.inputText),
      payload: await parts.payloads.write(newPayload(order.consumer, order), id, { reservation, consumer }),
      maxSeconds: limits.maxSeconds ?? 600,
      minSeconds: MIN_SECONDS,
      fresh: order.fresh,
      same: sticky ? "resume" : (whenActive?.same ?? "resume"),
      other: whenActive?.other ?? "replace",
      maxWaiting: MAX_WAITING,
      active: limits.perConsumer?.active ?? 1,
      overallActive: limits.overall?.active,
      meters: await metersOf(limits, digests, consumer, order.ip),
      checkMs: CHECK_EVERY_MS,
      ...(sticky ? { tombstoneMs: TOMBSTONE_MS } : {}),
      terms: termsOf(parts),
    },
  };
}

/**
 * Nothing runs for this reservation (any more): the consumer is to have its place back. If the ledger cannot be reached
 * for long, time does it. Never rejects.
 */
export async function giveBack(
  parts: Parts,
  books: Books,
  reservation: string,
  reason: EndReason = "not-started",
): Promise<void> {
  await insist(parts, () => books.step("end", { reservation, reason }));
}

/** The same; resolves after the first attempt, and goes on by itself if that failed. */
export async function giveBackSoon(parts: Parts, books: Books, reservation: string): Promise<void> {
  const ended = await books.step("end", { reservation, reason: "not-started" }).catch(() => undefined);
  if (ended === undefined) void parts.track(giveBack(parts, books, reservation));
}

/** Nobody has heard the answer to this request: what it wrote, or was given, is taken back. Never rejects. */
export async function withdraw(parts: Parts, books: Books, request: ReserveRequest): Promise<void> {
  const { consumer, reservation } = request;
  const step = await insist(parts, () => books.step("withdraw", { consumer, reservation }));
  await Promise.all((step?.records ?? []).map((record) => stopUpstream(parts, books, record))).catch(() => undefined);
}
