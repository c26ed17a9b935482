import type { z } from "zod";
import type { Action, Exchange } from "../exchange.js";
import type { Parts } from "../parts.js";
import type { Attempts } from "./attempts.js";
import { readBody } from "./body.js";
import { requireJson } from "./media-type.js";
import { checkOrigin } from "./origin.js";
import { unauthorized, type Who, whoAsks } from "./who.js";

/**
 * Who asks for a conversation, and for which one. Cheap refusals first; nothing touches the network before the consumer
 * and the body are known to be good.
 */
export async function ask<T>(
  parts: Parts,
  exchange: Exchange,
  attempts: Attempts,
  action: Action,
  schema: () => z.ZodType<T>,
): Promise<{ readonly who: Who; readonly body: T }> {
  const { clock, timeouts, options } = parts;
  requireJson(exchange.header("content-type"));
  checkOrigin((name) => exchange.header(name), options);
  const who = await whoAsks(parts, exchange, action);
  if (who === undefined) throw unauthorized;
  const body = await readBody(exchange, schema, clock, timeouts.bodySeconds);
  attempts.check(action, who);
  return { who, body };
}
