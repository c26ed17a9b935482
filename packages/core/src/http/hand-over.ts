import type { Exchange, Reply } from "../exchange.js";
import type { Grant } from "../grant.js";
import { abandon } from "../life/abandon.js";
import type { Delivery } from "../life/delivery.js";
import { checkOrder, type Order, type StartRequestBody } from "../life/order.js";
import { clientGone, startConversation } from "../life/start.js";
import type { Parts } from "../parts.js";
import { kept } from "./kept.js";
import { quotaHeaders } from "./quota-headers.js";
import type { Who } from "./who.js";

/** A page that says this will send keep-alives: one that never does is known not to have joined. */
const CLIENT_HEADER = "equos-client";

/** A grant that is about to be written, and what goes with it whatever the body looks like. */
interface HandOver extends Required<Pick<Reply, "headers" | "undelivered">> {
  readonly grant: Grant;
  readonly resumed: boolean;
}

/** A conversation for whoever asks over HTTP. `sticky`: see `Order`. */
export async function handOver(
  parts: Parts,
  exchange: Exchange,
  who: Who,
  body: StartRequestBody,
  sticky = false,
): Promise<HandOver> {
  const order = await checkOrder(parts, who.consumer, body, {
    signal: exchange.signal,
    waitUntil: (task) => exchange.waitUntil(task),
    // Whose address is not known shares its quota with all of whom it is not.
    ip: exchange.clientIp ?? "unknown",
    keepsAlive: exchange.header(CLIENT_HEADER) !== undefined,
    sticky,
  });
  const delivery = await kept(exchange, () => parts.track(startFor(parts, order, exchange)));
  const { grant, number, resumed, reservation, books, quotas } = delivery;
  const headers = { ...who.headers, ...quotaHeaders(quotas), "equos-delivery": String(number) };
  const undelivered = () => parts.track(abandon(parts, books, reservation, number));
  return { grant, resumed, headers, undelivered };
}

/** A start, and its end where the client has left meanwhile: one piece of work, which `close` waits for. */
async function startFor(parts: Parts, order: Order, { signal }: Exchange): Promise<Delivery> {
  const delivery = await startConversation(parts, order);
  if (!signal.aborted) return delivery;
  await abandon(parts, delivery.books, delivery.reservation, delivery.number);
  throw clientGone();
}
