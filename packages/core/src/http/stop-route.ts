import { pause } from "../deadline.js";
import { isBrokerError } from "../errors.js";
import type { Exchange, Reply } from "../exchange.js";
import { stopConversation } from "../life/stop.js";
import { stopByUpstreamsRecord } from "../life/stop-without-ledger.js";
import { leaveGraceMs } from "../life/terms.js";
import type { Parts } from "../parts.js";
import type { Attempts } from "./attempts.js";
import { readBody, stopBody } from "./body.js";
import { claimOf } from "./claim.js";
import { kept } from "./kept.js";
import { requireJsonOrText } from "./media-type.js";
import { checkOrigin } from "./origin.js";
import { jsonReply } from "./reply.js";
import { whoAsks } from "./who.js";

export async function stopRoute(parts: Parts, exchange: Exchange, attempts: Attempts): Promise<Reply> {
  const header = (name: string) => exchange.header(name);
  requireJsonOrText(header);
  checkOrigin(header, parts.options);
  const body = await readBody(exchange, stopBody, parts.clock, parts.timeouts.bodySeconds);
  const { headers, ...claim } = await claimOf(parts, exchange, "stop", body);
  attempts.check("stop", claim);
  const { delivery, leaving } = body;
  const stopping = () => stopConversation(parts, { ...claim, delivery, leaving }, "owner");
  const stopped = await kept(exchange, () =>
    stopping().catch(async (error: unknown) => {
      const ledgerIsDown = isBrokerError(error) && error.code === "ledger-unavailable";
      // Only the ledger knows the token; but the caller may be known as well.
      if (!ledgerIsDown || claim.token === undefined || body.id === undefined) throw error;
      const who = parts.options.authorize && (await whoAsks(parts, exchange, "stop").catch(() => undefined));
      if (who === undefined) throw error;
      attempts.check("stop", who);
      return await stopByUpstreamsRecord(parts, { consumer: who.consumer, id: body.id, leaving }, error);
    }),
  );
  // Its page has left; whoever names nothing that runs is not waited for.
  if (leaving && stopped.conversation.status === "running") exchange.waitUntil(graceOver(parts));
  return jsonReply(200, stopped, headers);
}

/** A moment later than the ledger's own clock says. */
const SLACK_MS = 250;

/** Where nothing runs between requests, this one stays until its page has come back, or its conversation is stopped. */
async function graceOver(parts: Parts): Promise<void> {
  await pause(parts.clock, leaveGraceMs(parts) + SLACK_MS);
  // A closing broker brings leaves to their end by itself.
  if (parts.open()) await parts.sweep().catch(() => undefined);
}
