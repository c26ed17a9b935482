import type { Exchange, Reply } from "../exchange.js";
import { stopConversation } from "../life/stop.js";
import type { Parts } from "../parts.js";
import { readBody, stopBody } from "./body.js";
import { claimOf } from "./claim.js";
import { requireJsonOrText } from "./media-type.js";
import { checkOrigin } from "./origin.js";
import { jsonReply } from "./reply.js";

export async function stopRoute(parts: Parts, exchange: Exchange): Promise<Reply> {
  requireJsonOrText(exchange.header("content-type"));
  checkOrigin((name) => exchange.header(name), parts.options);
  const body = await readBody(exchange, stopBody, parts.clock, parts.timeouts.bodySeconds);
  const { headers, ...claim } = await claimOf(parts, exchange, "stop", body);
  const { delivery, leaving } = body;
  return jsonReply(200, await stopConversation(parts, { ...claim, delivery, leaving }, "owner"), headers);
}
