import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Parts } from "../parts.js";
import type { Look } from "../upstream/upstream.js";
import { tell } from "./announce.js";
import { comeBack, endConversation, stopUpstream } from "./end.js";
import type { Payload } from "./payload.js";
import { backoffMs } from "./terms.js";

/** Nothing can be concluded about this one; it is asked again, for it may yet be seen to have been joined. */
const UNVERIFIABLE_PAUSE_MS = 60_000;

/**
 * Asks upstream about a running conversation, and writes down if somebody has joined it. Of one whose page has said that
 * it sends keep-alives only those count: what upstream takes for joining may be the avatar's.
 */
export async function lookInto(
  parts: Parts,
  books: Books,
  record: LedgerRecord,
  payload: Payload | undefined,
): Promise<Look> {
  const look = await parts.upstream.look(record.conversation ?? "");
  if (look.says === "running" && look.conversation.joined && !record.joined && payload?.keepsAlive !== true) {
    const step = await books.step("joined", { reservation: record.reservation });
    if (step?.moved) await tell(parts, books, step.record, { type: "conversation.joined" });
  }
  return look;
}

/**
 * The time to join is over and nobody is known to be in it. An error never decides, and neither does a `joinedAt` that
 * Equos has never been seen to set: then only a page that would have sent a keep-alive is known not to have come.
 */
export async function seeIfJoined(parts: Parts, books: Books, record: LedgerRecord, joinSeen: boolean): Promise<void> {
  const payload = await parts.payloads.read(record, books.id).catch(() => undefined);
  const keepsAlive = payload?.keepsAlive === true;
  const look = await lookInto(parts, books, record, payload);
  if (look.says === "failure") return await comeBack(parts, books, record, backoffMs(record.attempts));
  if (look.says !== "running") {
    return await endConversation(parts, books, record, "upstream", look.says === "over" ? look.conversation : {});
  }
  if (look.conversation.joined && !keepsAlive) return;
  if (!joinSeen && !keepsAlive) {
    if (record.attempts === 1) await tell(parts, books, record, { type: "join.unverifiable" });
    return await comeBack(parts, books, record, UNVERIFIABLE_PAUSE_MS);
  }
  const { reservation, deliveries: delivery } = record;
  const claim = { reservation };
  const step = await books.step("stop", { claim, reason: "never-joined", delivery, unjoined: true });
  if (step.claim === "found" && step.moved) await stopUpstream(parts, books, step.record);
}
