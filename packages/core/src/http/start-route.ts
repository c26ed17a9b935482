import { BrokerError } from "../errors.js";
import type { Exchange, Reply } from "../exchange.js";
import { abandon } from "../life/abandon.js";
import type { Delivery } from "../life/delivery.js";
import { checkOrder, type Order } from "../life/order.js";
import { startConversation } from "../life/start.js";
import type { Parts } from "../parts.js";
import type { Attempts } from "./attempts.js";
import { readBody, startBody } from "./body.js";
import { requireJson } from "./media-type.js";
import { checkOrigin } from "./origin.js";
import { quotaHeaders } from "./quota-headers.js";
import { jsonReply } from "./reply.js";
import { whoAsks } from "./who.js";

/** A page that says this will send keep-alives: one that never does is known not to have joined. */
const CLIENT_HEADER = "equos-client";

/** Cheap refusals first; nothing touches the network before the consumer and the body are known to be good. */
export async function startRoute(parts: Parts, exchange: Exchange, attempts: Attempts): Promise<Reply> {
  const { clock, timeouts, options } = parts;
  requireJson(exchange.header("content-type"));
  checkOrigin((name) => exchange.header(name), options);
  const who = await whoAsks(parts, exchange, "start");
  if (who === undefined) throw new BrokerError("unauthorized");
  const body = await readBody(exchange, startBody, clock, timeouts.bodySeconds);
  attempts.check("start", who);
  const order = await checkOrder(parts, who.consumer, body, {
    signal: exchange.signal,
    waitUntil: (task) => exchange.waitUntil(task),
    // Whose address is not known shares its quota with all of whom it is not.
    ip: exchange.clientIp ?? "unknown",
    keepsAlive: exchange.header(CLIENT_HEADER) !== undefined,
  });
  const { grant, number, resumed, reservation, books, quotas } = await parts.track(startFor(parts, order, exchange));
  const headers = { ...who.headers, ...quotaHeaders(quotas), "equos-delivery": String(number) };
  const undelivered = () => parts.track(abandon(parts, books, reservation, number));
  return { ...jsonReply(resumed ? 200 : 201, grant, headers), undelivered };
}

/** A start, and its end where the client has left meanwhile: one piece of work, which `close` waits for. */
async function startFor(parts: Parts, order: Order, { signal }: Exchange): Promise<Delivery> {
  const delivery = await startConversation(parts, order);
  if (signal.aborted) await abandon(parts, delivery.books, delivery.reservation, delivery.number);
  return delivery;
}
