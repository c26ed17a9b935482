import type { Exchange, Reply } from "../exchange.js";
import { keepConversation } from "../life/keep.js";
import type { Parts } from "../parts.js";
import type { Attempts } from "./attempts.js";
import { keepAliveBody, readBody } from "./body.js";
import { claimOf } from "./claim.js";
import { kept } from "./kept.js";
import { requireJsonOrText } from "./media-type.js";
import { checkOrigin } from "./origin.js";
import { emptyReply } from "./reply.js";

export async function keepAliveRoute(parts: Parts, exchange: Exchange, attempts: Attempts): Promise<Reply> {
  const header = (name: string) => exchange.header(name);
  requireJsonOrText(header);
  checkOrigin(header, parts.options);
  const body = await readBody(exchange, keepAliveBody, parts.clock, parts.timeouts.bodySeconds);
  const { headers, ...claim } = await claimOf(parts, exchange, "keepalive", body);
  attempts.check("keepalive", claim);
  await kept(exchange, () => keepConversation(parts, claim));
  return emptyReply(204, headers);
}
