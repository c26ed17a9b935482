import { pause } from "../deadline.js";
import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { ConversationState, EndReason } from "../ledger/states.js";
import type { Parts } from "../parts.js";
import type { SeenConversation } from "../upstream/conversation.js";
import { tell } from "./announce.js";
import { backoffMs } from "./terms.js";

/** So long after `maxSeconds` there is nothing left to confirm: Equos itself has ended the conversation. */
const SURELY_OVER_MS = 60_000;

/**
 * Brings a `stopping` conversation to its end: stops it upstream, makes sure, and writes it down. What cannot be
 * confirmed stays `stopping`, and the sweep comes back to it. For those who have moved it there, or were handed it.
 */
export function stopUpstream(parts: Parts, books: Books, record: LedgerRecord): Promise<ConversationState> {
  const { state, conversation, reservation } = record;
  if (state !== "stopping" || conversation === undefined) return Promise.resolve(state);
  return parts.stops.once(reservation, () => stopNow(parts, books, record, conversation));
}

async function stopNow(
  parts: Parts,
  books: Books,
  record: LedgerRecord,
  conversation: string,
): Promise<ConversationState> {
  const { upstream, logger } = parts;
  const { attempts, reason = "server" } = record;
  if (attempts <= 1) await tell(parts, books, record, { type: "conversation.stopping", reason });
  const { confirmed, seconds, failure } = await upstream.stop(conversation);
  const surelyOver = record.endsAt !== undefined && books.now > record.endsAt + SURELY_OVER_MS;
  if (confirmed || surelyOver) {
    await endConversation(parts, books, record, reason, { seconds });
    return "ended";
  }
  logger.warn({ conversation, upstream: failure }, "Equos has not confirmed a stop; trying again");
  await tell(parts, books, record, { type: "stop.unconfirmed", upstream: failure });
  await comeBack(parts, books, record, backoffMs(attempts)).catch(() => undefined);
  return "stopping";
}

/** Gives a record back that `due` handed out, for a while. If that fails it comes up when its lease is over. */
export async function comeBack(
  parts: Parts,
  books: Books,
  { reservation, attempts }: LedgerRecord,
  afterMs: number,
): Promise<void> {
  parts.wake();
  await books.step("retry", { reservation, attempts, afterMs });
}

/** Upstream has ended it by itself, as it does when its time is over. */
const TIME_OVER_SLACK_MS = 2_000;

/** Upstream says that it does not run: writes that down, and tells of it. */
export async function endConversation(
  parts: Parts,
  books: Books,
  { reservation, endsAt = Number.POSITIVE_INFINITY }: LedgerRecord,
  because: EndReason,
  { seconds, endedAt }: Partial<Pick<SeenConversation, "seconds" | "endedAt">> = {},
): Promise<void> {
  const reason = because === "upstream" && books.now >= endsAt - TIME_OVER_SLACK_MS ? "time-over" : because;
  const agoMs = endedAt === undefined ? undefined : parts.clock.now() - endedAt;
  const step = await books.step("end", { reservation, reason, seconds, agoMs });
  parts.wake();
  if (step?.moved && step.record.conversation !== undefined) await announceEnd(parts, books, step.record);
}

/** Tells of an end, and writes down that it was told: a server that is killed in between leaves that to another one. */
export async function announceEnd(parts: Parts, books: Books, record: LedgerRecord): Promise<void> {
  const { reservation, reason = "server", seconds = 0, startedAt = record.reservedAt } = record;
  const started = new Date(startedAt).toISOString();
  await tell(parts, books, record, { type: "conversation.ended", reason, seconds, startedAt: started });
  await books.step("announced", { reservation }).catch(() => parts.wake());
}

/** Stops a conversation that the ledger, in trouble, does not know. Says whether it has stopped. Never rejects. */
export async function stopWithoutBooks({ upstream, logger, clock }: Parts, conversation: string): Promise<boolean> {
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    if ((await upstream.stop(conversation)).confirmed) return true;
    await pause(clock, backoffMs(attempt));
  }
  logger.error(
    { conversation },
    "A conversation that may not be in the ledger could not be stopped; it is left to the search by name",
  );
  return false;
}
