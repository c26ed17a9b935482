import { BrokerError, isBrokerError } from "../errors.js";
import { conversationIdOf, type Grant, toGrant } from "../grant.js";
import type { EndReason } from "../ledger/states.js";
import type { Parts } from "../parts.js";
import { textsIn } from "../redact.js";
import { callFailure } from "../upstream/failure.js";
import type { StartRequest } from "../upstream/port.js";
import { about, aboutOrder } from "./announce.js";
import { stopUpstream } from "./end.js";
import type { Order } from "./order.js";
import { newPayload, writePayload } from "./payload.js";

/**
 * The upstream call of a start, and what its answer does to the reservation. Never aborted half-way and never
 * repeated: it may have created a conversation even when it fails. Runs to its end though nobody may be waiting.
 */
export async function sendStart(
  parts: Parts,
  order: Order,
  reservation: string,
  request: StartRequest,
): Promise<Grant> {
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

async function commit(parts: Parts, order: Order, reservation: string, grant: Grant): Promise<Grant> {
  const { ledger, clock, digests } = parts;
  const { id, maxSeconds } = grant.conversation;
  const startedAt = clock.now();
  const payload = newPayload(order.consumer, order.character, order.maxSeconds);
  const step = await ledger
    .commit({
      reservation,
      conversation: id,
      token: await digests.token(grant.consumerAccessToken),
      payload: writePayload({ ...payload, grant }),
      startedAt,
      endsAt: startedAt + maxSeconds * 1000,
    })
    .catch(async (error) => {
      // Without books nobody would ever stop it.
      await parts.upstream.stop(id);
      throw error;
    });
  if (!step?.moved) {
    await stopFound(parts, order, reservation, id, "late-answer");
    throw new BrokerError("outcome-unknown");
  }
  parts.wake();
  parts.emit({ type: "conversation.started", ...about(parts, step.record), maxSeconds });
  return grant;
}

/** A conversation runs that nobody will be given. */
async function stopFound(
  parts: Parts,
  order: Order,
  reservation: string,
  id: string,
  reason: EndReason,
): Promise<void> {
  const step = await parts.ledger.found(reservation, id, reason, parts.clock.now() + order.maxSeconds * 1000);
  parts.wake();
  if (step?.moved) await stopUpstream(parts, step.record);
  else await parts.upstream.stop(id);
}

async function failed(parts: Parts, order: Order, reservation: string, request: StartRequest, thrown: unknown) {
  const secrets = [...parts.upstream.secrets(), ...textsIn(request)];
  const { error, harmless } = await callFailure("startConversation", thrown, secrets);
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
