import { stopwatch } from "../clock.js";
import { timeOver, within } from "../deadline.js";
import { BrokerError } from "../errors.js";
import type { Books } from "../ledger/books.js";
import type { ReserveOutcome } from "../ledger/reservation.js";
import type { Parts } from "../parts.js";
import type { StartRequest } from "../upstream/port.js";
import { abandon } from "./abandon.js";
import { tellOfOrder } from "./announce.js";
import type { Delivery } from "./delivery.js";
import { stopUpstream } from "./end.js";
import { limited, quotasOf } from "./limited.js";
import type { Order } from "./order.js";
import { hasStopped } from "./replaced.js";
import { giveBack, type Reservation, reservationOf, withdraw } from "./reservation.js";
import { isOver, resume } from "./resume.js";
import { type Committed, sendStart } from "./send-start.js";
import { sendWithinMs } from "./terms.js";
import { justStopped } from "./tombstone.js";
import { upstreamRequest } from "./upstream-request.js";

type Reserved = Extract<ReserveOutcome, { outcome: "reserved" }>;

/** From an order to a grant: a new conversation, or the consumer's running one. */
export async function startConversation(parts: Parts, order: Order): Promise<Delivery> {
  if (!parts.open()) throw new BrokerError("broker-closed", { retryAfterSeconds: 5 });
  const books = await parts.books();
  const reservation = await reservationOf(parts, books, order);
  // A moment longer than the start it may wait for, so that it hears what became of it.
  const giveUpAt = parts.clock.now() + (parts.timeouts.answerSeconds + 1) * 1000;
  let waitingFor: string | undefined;
  try {
    for (;;) {
      if (order.signal?.aborted) throw clientGone();
      const sendWithin = stillToSend(parts);
      const outcome = await reserve(parts, books, reservation);
      waitingFor = undefined;
      const inTime = parts.clock.now() < giveUpAt;
      switch (outcome.outcome) {
        case "reserved":
          return await begin(parts, books, order, reservation, outcome, sendWithin);
        case "resumed": {
          const delivery = await resume(parts, books, outcome);
          if (delivery !== undefined) return delivery;
          if (!inTime) throw inDoubt(2_000);
          break;
        }
        case "in-flight":
          waitingFor = outcome.reservation;
          if (!inTime) throw new BrokerError("start-in-flight", { retryAfterSeconds: 2 });
          await parts.settling.maybe(waitingFor, order.signal);
          break;
        case "recovering":
          await recovered(parts, books, giveUpAt);
          break;
        case "in-doubt":
          throw inDoubt(outcome.retryAfterMs);
        case "active":
          // Unless Equos has ended it by itself.
          if (inTime && (await isOver(parts, books, outcome.record, outcome.check))) break;
          throw new BrokerError("already-active");
        case "stopped":
          throw justStopped(outcome.retryAfterMs);
        case "crowded":
          throw new BrokerError("start-in-flight", { retryAfterSeconds: 2 });
        case "limited":
          throw limited(outcome, reservation.request.meters);
        case "spent":
          throw tooLate();
      }
    }
  } finally {
    if (waitingFor !== undefined) await unwait(parts, books, waitingFor, reservation.request.reservation);
  }
}

/** A step that fails may have been taken: what it wrote, or was given, is then taken back. */
async function reserve(parts: Parts, books: Books, { request }: Reservation): Promise<ReserveOutcome> {
  try {
    return await books.step("reserve", request);
  } catch (error) {
    void parts.track(withdraw(parts, books, request));
    throw error;
  }
}

async function unwait(parts: Parts, books: Books, reservation: string, waiter: string): Promise<void> {
  const step = await books.step("unwait", { reservation, waiter }).catch(() => undefined);
  if (step?.moved) await parts.track(stopUpstream(parts, books, step.record));
}

async function recovered(parts: Parts, books: Books, giveUpAt: number): Promise<void> {
  const left = (giveUpAt - parts.clock.now()) / 1000;
  const outcome = left <= 0 ? timeOver : await within(parts.clock, left, parts.track(parts.recover(books)));
  if (outcome === timeOver) {
    const hint = "The ledger was lost; starts wait until Equos' list has been gone through";
    throw new BrokerError("ledger-unavailable", { hint, retryAfterSeconds: 5 });
  }
}

/** Nobody reads it. */
export const clientGone = () => new BrokerError("start-in-flight", { hint: "The client left before it was answered" });

const inDoubt = (milliseconds: number) =>
  new BrokerError("start-in-doubt", { retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1000)) });

const tooLate = () => new BrokerError("start-too-late", { retryAfterSeconds: 1 });

/** Measured from before the reservation, so that a server which was held up knows that it must not send any more. */
function stillToSend(parts: Parts): () => boolean {
  const elapsed = stopwatch(parts.clock);
  return () => elapsed() <= sendWithinMs(parts);
}

async function begin(
  parts: Parts,
  books: Books,
  order: Order,
  { request: { reservation, consumer, meters } }: Reservation,
  reserved: Reserved,
  sendWithin: () => boolean,
): Promise<Delivery> {
  parts.wake();
  const request = await prepare(parts, books, order, reservation, reserved, sendWithin).catch(async (error) => {
    await parts.track(giveBack(parts, books, reservation));
    throw error;
  });
  const caller = { waits: true };
  const { maxSeconds } = reserved;
  const sent = sendStart(parts, books, order, { ...request, maxSeconds }, { reservation, consumer }, caller);
  const committed = await answered(parts, books, order, reservation, sent, caller);
  return { ...committed, resumed: false, reservation, books, quotas: quotasOf(reserved.readings, meters) };
}

/** All that comes between the reservation and the upstream call. Whatever throws here, nothing was sent. */
async function prepare(
  parts: Parts,
  books: Books,
  order: Order,
  reservation: string,
  { replaces }: Reserved,
  sendWithin: () => boolean,
): Promise<Omit<StartRequest, "maxSeconds">> {
  const stopped = await Promise.all(replaces.map((former) => hasStopped(parts, books, former)));
  if (stopped.includes(false)) throw inDoubt(2_000);
  const request = await upstreamRequest(parts, books, order, reservation);
  await parts.upstream.ready();
  if (order.signal?.aborted) throw clientGone();
  if (!sendWithin()) throw tooLate();
  return request;
}

/** The caller's own deadline: past it the outcome is unknown, and the late answer is stopped when it comes. */
async function answered(
  parts: Parts,
  books: Books,
  order: Order,
  reservation: string,
  sent: Promise<Committed>,
  caller: { waits: boolean },
): Promise<Committed> {
  const { clock, timeouts } = parts;
  const outcome = await within(clock, timeouts.answerSeconds, parts.track(sent));
  if (outcome !== timeOver) return outcome;
  caller.waits = false;
  const holdSeconds = timeouts.abandonSeconds - timeouts.answerSeconds;
  const step = await books.step("doubt", { reservation, holdMs: holdSeconds * 1000 }).catch((error: unknown) => {
    // Should the answer be written down in this very moment, nobody is there to take it.
    const left = sent.then(({ number }) => abandon(parts, books, reservation, number));
    void parts.track(left.catch(() => undefined));
    throw error;
  });
  // Its answer was written down in this very moment.
  if (step?.record.state === "running") return await sent;
  // The late answer is stopped after the reply, which a serverless platform has to wait for.
  order.waitUntil?.(sent.catch(() => undefined));
  parts.wake();
  tellOfOrder(parts, order, { type: "start.unknown", code: "outcome-unknown" });
  throw new BrokerError("outcome-unknown", { retryAfterSeconds: Math.ceil(holdSeconds) });
}
