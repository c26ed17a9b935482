import { BrokerError } from "../errors.js";
import type { Exchange, Reply } from "../exchange.js";
import { abandon } from "../life/abandon.js";
import { checkOrder, type Order } from "../life/order.js";
import { type Delivery, startConversation } from "../life/start.js";
import type { Parts } from "../parts.js";
import { readBody, startBody } from "./body.js";
import { requireJson } from "./media-type.js";
import { checkOrigin } from "./origin.js";
import { jsonReply } from "./reply.js";
import { whoAsks } from "./who.js";

/** Cheap refusals first; nothing touches the network before the consumer and the body are known to be good. */
export async function startRoute(parts: Parts, exchange: Exchange): Promise<Reply> {
  const { clock, timeouts, options } = parts;
  requireJson(exchange.header("content-type"));
  checkOrigin((name) => exchange.header(name), options);
  const who = await whoAsks(parts, exchange, "start");
  if (who === undefined) throw new BrokerError("unauthorized");
  const body = await readBody(exchange, startBody, clock, timeouts.bodySeconds);
  const order = await checkOrder(parts, who.consumer, body, {
    signal: exchange.signal,
    waitUntil: (task) => exchange.waitUntil(task),
  });
  const { grant, number, resumed, reservation } = await parts.track(startFor(parts, order, exchange));
  const headers = { ...who.headers, "equos-delivery": String(number) };
  const undelivered = () => parts.track(abandon(parts, reservation, number));
  return { ...jsonReply(resumed ? 200 : 201, grant, headers), undelivered };
}

/** A start, and its end where the client has left meanwhile: one piece of work, which `close` waits for. */
async function startFor(parts: Parts, order: Order, { signal }: Exchange): Promise<Delivery> {
  const delivery = await startConversation(parts, order);
  if (signal.aborted) await abandon(parts, delivery.reservation, delivery.number);
  return delivery;
}
