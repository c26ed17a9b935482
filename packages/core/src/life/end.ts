import { pause } from "../deadline.js";
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
  const { conversation } = record;
  if (record.state !== "stopping" || conversation === undefined) return record.state;
  const { confirmed, failure } = await upstream.stop(conversation);
  const surelyOver = record.endsAt !== undefined && clock.now() > record.endsAt + SURELY_OVER_MS;
  if (!confirmed && !surelyOver) {
    logger.warn({ conversation, upstream: failure }, "Equos has not confirmed a stop; trying again");
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

/** Stops a conversation that the ledger, in trouble, does not know: nobody else will. Never rejects. */
export async function stopWithoutBooks({ upstream, logger, clock }: Parts, conversation: string): Promise<void> {
  for (let attempt = 0; attempt < 6; attempt += 1) {
    if ((await upstream.stop(conversation)).confirmed) return;
    await pause(clock, 2 ** attempt * 1000);
  }
  logger.error(
    { conversation },
    "A conversation that is not in the ledger could not be stopped; it runs to its maxSeconds",
  );
}
