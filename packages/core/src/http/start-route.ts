import type { Exchange, Reply } from "../exchange.js";
import type { Parts } from "../parts.js";
import { ask } from "./ask.js";
import type { Attempts } from "./attempts.js";
import { startBody } from "./body.js";
import { handOver } from "./hand-over.js";
import { jsonReply } from "./reply.js";

export async function startRoute(parts: Parts, exchange: Exchange, attempts: Attempts): Promise<Reply> {
  const { who, body } = await ask(parts, exchange, attempts, "start", startBody);
  const { grant, resumed, headers, undelivered } = await handOver(parts, exchange, who, body);
  return { ...jsonReply(resumed ? 200 : 201, grant, headers), undelivered };
}
