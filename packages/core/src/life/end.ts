import type { LedgerRecord } from "../ledger/ledger.js";
import type { ConversationState } from "../ledger/states.js";
import type { Parts } from "../parts.js";
import { about } from "./announce.js";

/** So long after `maxSeconds` there is nothing left to confirm: Equos itself has ended the conversation. */
const SURELY_OVER_MS = 60_000;

/**
 * Brings a `stopping` conversation to its end: stops it upstream, makes sure, and writes it down. What cannot be
 * confirmed stays `stopping`, and the sweep comes back to it.
 */
export async function stopUpstream(parts: Parts, record: LedgerRecord): Promise<ConversationState> {
  const { ledger, upstream, logger, clock } = parts;
  if (record.state !== "stopping" || record.conversation === undefined) return record.state;
  const { confirmed, failure } = await upstream.stop(record.conversation);
  const surelyOver = record.endsAt !== undefined && clock.now() > record.endsAt + SURELY_OVER_MS;
  if (!confirmed && !surelyOver) {
    logger.warn(
      { conversation: record.conversation, upstream: failure },
      "Equos has not confirmed a stop; trying again",
    );
    parts.emit({ type: "stop.unconfirmed", ...about(parts, record), upstream: failure });
    parts.wake();
    return "stopping";
  }
  const step = await ledger.end(record.reservation, record.reason ?? "server");
  if (step?.moved) {
    const { startedAt = 0, endedAt = startedAt, reason = "server" } = step.record;
    const seconds = Math.max(0, Math.round((endedAt - startedAt) / 1000));
    parts.emit({ type: "conversation.ended", ...about(parts, step.record), reason, seconds });
  }
  return "ended";
}
