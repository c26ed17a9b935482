import { BrokerError, isBrokerError } from "../errors.js";
import { conversationIdOf, type Grant, toGrant } from "../grant.js";
import type { Books } from "../ledger/books.js";
import type { EndReason } from "../ledger/states.js";
import type { Parts } from "../parts.js";
import { textsIn } from "../redact.js";
import type { StartRequest } from "../upstream/port.js";
import { tell, tellOfOrder } from "./announce.js";
import { stopUpstream, stopWithoutBooks } from "./end.js";
import type { Order } from "./order.js";
import { newPayload, type PayloadPlace } from "./payload.js";
import { giveBack, giveBackSoon } from "./reservation.js";

/** A conversation that runs and is written down, and the number of its first delivery. */
export interface Committed {
  readonly grant: Grant;
  readonly number: number;
}

/** A start that has been sent. */
interface Sent {
  readonly parts: Parts;
  readonly books: Books;
  readonly order: Order;
  readonly request: StartRequest;
  readonly place: PayloadPlace;
  /** Whether anybody would still take the answer. */
  readonly caller: { readonly waits: boolean };
}

/**
 * The upstream call of a start, and what its answer does to the reservation. Never aborted half-way and never
 * repeated: it may have created a conversation even when it fails. Runs to its end though nobody may be waiting.
 */
export async function sendStart(
  parts: Parts,
  books: Books,
  order: Order,
  request: StartRequest,
  place: PayloadPlace,
  caller: Sent["caller"],
): Promise<Committed> {
  const sent: Sent = { parts, books, order, request, place, caller };
  let answer: unknown;
  try {
    answer = await parts.upstream.start(request);
  } catch (thrown) {
    throw await failed(sent, thrown);
  }
  let grant: Grant;
  try {
    grant = toGrant(answer);
  } catch (error) {
    const conversation = conversationIdOf(answer);
    if (conversation === undefined) await doubt(sent, error);
    else await stopFound(sent, conversation, "bad-answer");
    throw error;
  }
  return await commit(sent, grant);
}

async function commit(sent: Sent, grant: Grant): Promise<Committed> {
  const { parts, books, order } = sent;
  const { reservation } = sent.place;
  const { id, maxSeconds } = grant.conversation;
  const { digests } = books;
  if (!sent.caller.waits) {
    await stopFound(sent, id, "late-answer");
    throw new BrokerError("outcome-unknown");
  }
  try {
    const payload = { ...newPayload(order.consumer, order), grant };
    const step = await books.step("commit", {
      reservation,
      conversation: id,
      token: await digests.token(grant.consumerAccessToken),
      payload: await parts.payloads.write(payload, books.id, sent.place),
      maxSeconds,
    });
    // Not moved, and still ours: the step was taken twice.
    if (step !== null && step.delivery > 0) {
      parts.wake();
      await tell(parts, books, step.record, { type: "conversation.started", maxSeconds }, payload);
      return { grant, number: step.delivery };
    }
  } catch (error) {
    // The step may have been taken all the same, and nobody is to be given what was stopped.
    if (await stopWithoutBooks(parts, id)) void parts.track(giveBack(parts, books, reservation, "late-answer"));
    throw error;
  }
  await stopFound(sent, id, "late-answer");
  throw new BrokerError("outcome-unknown");
}

/** A conversation runs that nobody will be given. */
async function stopFound({ parts, books, place }: Sent, conversation: string, reason: EndReason): Promise<void> {
  const { reservation } = place;
  const step = await books.step("found", { reservation, conversation, reason }).catch(() => null);
  parts.wake();
  if (step?.record.state === "stopping") await stopUpstream(parts, books, step.record);
  else await stopWithoutBooks(parts, conversation);
}

async function failed(sent: Sent, thrown: unknown): Promise<BrokerError> {
  const { parts, books, order, request } = sent;
  const { error, harmless } = await parts.upstream.failure("startConversation", thrown, textsIn(request));
  if (!harmless) {
    await doubt(sent, error);
    return error;
  }
  tellOfOrder(parts, order, { type: "start.failed", code: error.code });
  await giveBackSoon(parts, books, sent.place.reservation);
  return error;
}

async function doubt({ parts, books, order, place }: Sent, error: unknown): Promise<void> {
  const holdMs = parts.timeouts.abandonSeconds * 1000;
  // Where the ledger does not take it, time does: a reservation that nobody settles becomes unknown by itself.
  const step = await books.step("doubt", { reservation: place.reservation, holdMs }).catch(() => null);
  parts.wake();
  const code = isBrokerError(error) ? error.code : "internal-error";
  if (step?.moved) tellOfOrder(parts, order, { type: "start.unknown", code });
}
