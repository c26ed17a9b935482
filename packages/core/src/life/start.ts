import { timeOver, within } from "../deadline.js";
import { BrokerError } from "../errors.js";
import type { Grant } from "../grant.js";
import type { LedgerRecord, ReserveOutcome } from "../ledger/ledger.js";
import type { Parts } from "../parts.js";
import type { StartRequest } from "../upstream/port.js";
import { about, aboutOrder } from "./announce.js";
import { stopUpstream } from "./end.js";
import type { Order } from "./order.js";
import { newPayload, readPayload, writePayload } from "./payload.js";
import { type Committed, sendStart } from "./send-start.js";
import { upstreamRequest } from "./upstream-request.js";

/** A grant on its way to a client. */
export interface Delivery {
  readonly grant: Grant;
  /** Tells this hand-over from earlier and later ones to the same consumer. */
  readonly number: number;
  readonly resumed: boolean;
  readonly reservation: string;
}

type Reserved = Extract<ReserveOutcome, { outcome: "reserved" }>;

/** Callers of one consumer that may wait for its start in flight: a few clicks and tabs. */
const MAX_WAITING = 4;

/** From an order to a grant: a new conversation, or the consumer's running one. */
export async function startConversation(parts: Parts, order: Order): Promise<Delivery> {
  if (!parts.open()) throw new BrokerError("broker-closed", { retryAfterSeconds: 5 });
  const reservation = crypto.randomUUID();
  let waitingFor: string | undefined;
  try {
    const reserve = await reservationOf(parts, order, reservation);
    const waitUntil = parts.clock.now() + parts.timeouts.answerSeconds * 1000;
    for (;;) {
      const outcome = await reserve();
      waitingFor = undefined;
      switch (outcome.outcome) {
        case "reserved":
          return await begin(parts, order, reservation, outcome);
        case "resumed":
          return resumed(parts, outcome.record);
        case "in-flight":
          waitingFor = outcome.reservation;
          await settledInTime(parts, order, waitingFor, waitUntil);
          break;
        case "in-doubt":
          throw inDoubt(outcome.retryAfterMs);
        case "active":
          throw new BrokerError("already-active");
        case "crowded":
          throw new BrokerError("start-in-flight", { retryAfterSeconds: 2 });
      }
    }
  } finally {
    if (waitingFor !== undefined) {
      const step = await parts.ledger.unwait(waitingFor, reservation).catch(() => undefined);
      if (step?.moved) await parts.track(stopUpstream(parts, step.record));
    }
  }
}

/** The reservation step, with all that stays the same however often it is asked. */
async function reservationOf({ ledger, digests, timeouts, options }: Parts, order: Order, reservation: string) {
  const consumer = await digests.consumer(order.consumer);
  const fingerprint = await digests.fingerprint(order.characterId, order.inputText);
  const payload = writePayload(newPayload(order.consumer, order.character, order.maxSeconds));
  return () => {
    if (order.signal?.aborted) throw clientGone();
    return ledger.reserve({
      reservation,
      consumer,
      fingerprint,
      payload,
      fresh: order.fresh,
      same: options.whenActive?.same ?? "resume",
      other: options.whenActive?.other ?? "replace",
      // Stopping the former conversation, the key, the team's hook, and some air.
      sendWithinMs: (timeouts.stopSeconds * 2 + timeouts.conversationSeconds * 2 + 5) * 1000,
      settleWithinMs: (timeouts.abandonSeconds + 10) * 1000,
      maxWaiting: MAX_WAITING,
    });
  };
}

/** Nobody reads it. */
const clientGone = () => new BrokerError("start-in-flight", { hint: "The client left before its start was sent" });

const inDoubt = (milliseconds: number) =>
  new BrokerError("start-in-doubt", { retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1000)) });

function resumed(parts: Parts, record: LedgerRecord): Delivery {
  const { grant } = readPayload(record);
  if (grant === undefined) throw new BrokerError("internal-error", { hint: "A running record has no grant" });
  parts.emit({ type: "conversation.resumed", ...about(parts, record), delivery: record.deliveries });
  return { grant, number: record.deliveries, resumed: true, reservation: record.reservation };
}

/** Waits for another caller's start of the same consumer, as long as it may still take and the client is there. */
async function settledInTime(parts: Parts, order: Order, reservation: string, waitUntil: number): Promise<void> {
  const { ledger, clock } = parts;
  const giveUp = new AbortController();
  const left = () => giveUp.abort();
  order.signal?.addEventListener("abort", left, { once: true });
  if (order.signal?.aborted) left();
  const seconds = Math.max(0, waitUntil - clock.now()) / 1000;
  const outcome = await within(clock, seconds, ledger.settled(reservation, giveUp.signal)).finally(() => {
    giveUp.abort();
    order.signal?.removeEventListener("abort", left);
  });
  if (outcome === timeOver || order.signal?.aborted) throw new BrokerError("start-in-flight", { retryAfterSeconds: 2 });
}

async function begin(parts: Parts, order: Order, reservation: string, reserved: Reserved): Promise<Delivery> {
  parts.wake();
  const request = await prepare(parts, order, reservation, reserved).catch(async (error) => {
    await parts.ledger.end(reservation, "not-started");
    throw error;
  });
  return await answered(parts, order, reservation, sendStart(parts, order, reservation, request));
}

/** All that comes between the reservation and the upstream call. Whatever throws here, nothing was sent. */
async function prepare(parts: Parts, order: Order, reservation: string, reserved: Reserved): Promise<StartRequest> {
  const states = await Promise.all(reserved.replaces.map((former) => stopUpstream(parts, former)));
  if (states.some((state) => state !== "ended")) throw inDoubt(2_000);
  const request = await upstreamRequest(parts, order, reservation);
  await parts.upstream.ready();
  if (order.signal?.aborted) throw clientGone();
  if ((await parts.ledger.now()) > reserved.notAfter) throw new BrokerError("start-too-late", { retryAfterSeconds: 1 });
  return request;
}

/** The caller's own deadline: past it the outcome is unknown, and the late answer is stopped when it comes. */
async function answered(parts: Parts, order: Order, reservation: string, sent: Promise<Committed>): Promise<Delivery> {
  const { clock, timeouts, ledger } = parts;
  const outcome = await within(clock, timeouts.answerSeconds, parts.track(sent));
  if (outcome !== timeOver) return { ...outcome, resumed: false, reservation };
  const holdSeconds = timeouts.abandonSeconds - timeouts.answerSeconds;
  const step = await ledger.doubt(reservation, holdSeconds * 1000);
  // Its answer was written down in this very moment.
  if (!step?.moved) return { ...(await sent), resumed: false, reservation };
  // The late answer is stopped after the reply, which a serverless platform has to wait for.
  order.waitUntil?.(sent.catch(() => undefined));
  parts.wake();
  parts.emit({ type: "start.unknown", ...aboutOrder(parts, order), code: "outcome-unknown" });
  throw new BrokerError("outcome-unknown", { retryAfterSeconds: Math.ceil(holdSeconds) });
}
