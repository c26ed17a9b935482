import { BrokerError, isBrokerError } from "../errors.js";
import { conversationIdOf, type Grant, toGrant } from "../grant.js";
import type { EndReason } from "../ledger/states.js";
import type { Parts } from "../parts.js";
import { textsIn } from "../redact.js";
import type { StartRequest } from "../upstream/port.js";
import { about, aboutOrder } from "./announce.js";
import { stopUpstream, stopWithoutBooks } from "./end.js";
import type { Order } from "./order.js";
import { newPayload, writePayload } from "./payload.js";

/** A conversation that runs and is written down, and the number of its first delivery. */
export interface Committed {
  readonly grant: Grant;
  readonly number: number;
}

/**
 * The upstream call of a start, and what its answer does to the reservation. Never aborted half-way and never
 * repeated: it may have created a conversation even when it fails. Runs to its end though nobody may be waiting.
 */
export async function sendStart(
  parts: Parts,
  order: Order,
  reservation: string,
  request: StartRequest,
): Promise<Committed> {
  let answer: unknown;
  try {
    answer = await parts.upstream.start(request);
  } catch (thrown) {
    throw await failed(parts, order, reservation, request, thrown);
  }
  let grant: Grant;
  try {
    grant = toGrant(answer);
  } catch (error) {
    const conversation = conversationIdOf(answer);
    if (conversation === undefined) await doubt(parts, order, reservation, error);
    else await stopFound(parts, order, reservation, conversation, "bad-answer");
    throw error;
  }
  return await commit(parts, order, reservation, grant);
}

async function commit(parts: Parts, order: Order, reservation: string, grant: Grant): Promise<Committed> {
  const { ledger, clock, digests } = parts;
  const { id, maxSeconds } = grant.conversation;
  const startedAt = clock.now();
  const payload = newPayload(order.consumer, order.character, order.maxSeconds);
  try {
    const token = await digests.token(grant.consumerAccessToken);
    const step = await ledger.commit({
      reservation,
      conversation: id,
      token,
      payload: writePayload({ ...payload, grant }),
      startedAt,
      endsAt: startedAt + maxSeconds * 1000,
    });
    if (step?.moved) {
      parts.wake();
      parts.emit({ type: "conversation.started", ...about(parts, step.record), maxSeconds });
      return { grant, number: step.record.deliveries };
    }
  } catch (error) {
    await stopWithoutBooks(parts, id);
    throw error;
  }
  await stopFound(parts, order, reservation, id, "late-answer");
  throw new BrokerError("outcome-unknown");
}

/** A conversation runs that nobody will be given. */
async function stopFound(
  parts: Parts,
  order: Order,
  reservation: string,
  id: string,
  reason: EndReason,
): Promise<void> {
  const endsAt = parts.clock.now() + order.maxSeconds * 1000;
  const step = await parts.ledger.found(reservation, id, reason, endsAt).catch(() => undefined);
  parts.wake();
  if (step?.moved) await stopUpstream(parts, step.record);
  else await stopWithoutBooks(parts, id);
}

async function failed(parts: Parts, order: Order, reservation: string, request: StartRequest, thrown: unknown) {
  const { error, harmless } = await parts.upstream.failure("startConversation", thrown, textsIn(request));
  if (!harmless) {
    await doubt(parts, order, reservation, error);
    return error;
  }
  await parts.ledger.end(reservation, "not-started");
  parts.emit({ type: "start.failed", ...aboutOrder(parts, order), code: error.code });
  return error;
}

async function doubt(parts: Parts, order: Order, reservation: string, error: unknown): Promise<void> {
  const step = await parts.ledger.doubt(reservation, parts.timeouts.abandonSeconds * 1000);
  parts.wake();
  const code = isBrokerError(error) ? error.code : "internal-error";
  if (step?.moved) parts.emit({ type: "start.unknown", ...aboutOrder(parts, order), code });
}
