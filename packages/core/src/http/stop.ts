import type { Exchange, Reply } from "../exchange.js";
import { findCaller, proveConversation } from "./authenticate.js";
import { heartbeatBody, readBody, requireJsonOrText, stopBody } from "./body.js";
import type { Services } from "./handle.js";
import { checkOrigin } from "./origin.js";
import { emptyReply, jsonReply } from "./reply.js";
import { keepAlive, sweepAfterGrace } from "./start.js";

export async function stopRoute(services: Services, exchange: Exchange): Promise<Reply> {
  const { settings, stops, attempts } = services;
  const header = (name: string) => exchange.header(name);
  requireJsonOrText(header);
  checkOrigin(header, settings);
  const body = await readBody(exchange, stopBody, settings.clock, settings.timeouts.bodySeconds);
  const { headers, ...proof } = await proveConversation(services, exchange, "stop", body);
  attempts.check("stop", proof);
  const { delivery: generation, leaving: pageHide } = body;
  const stopped = await keepAlive(exchange, () =>
    stops.stop({
      ...proof,
      generation,
      pageHide,
      reason: "owner",
      resolveConsumer: () => resolveConsumer(services, exchange, "stop"),
      waitUntil: (task) => exchange.waitUntil(task),
    }),
  );
  if (pageHide && stopped.conversation.status === "running") exchange.waitUntil(sweepAfterGrace(services));
  return jsonReply(200, stopped, headers);
}

export async function heartbeatRoute(services: Services, exchange: Exchange): Promise<Reply> {
  const { settings, attempts, heartbeat } = services;
  const header = (name: string) => exchange.header(name);
  requireJsonOrText(header);
  checkOrigin(header, settings);
  const body = await readBody(exchange, heartbeatBody, settings.clock, settings.timeouts.bodySeconds);
  const { headers, ...proof } = await proveConversation(services, exchange, "keepalive", body);
  attempts.check("keepalive", proof);
  const request = {
    ...proof,
    generation: body.delivery,
    resolveConsumer: () => resolveConsumer(services, exchange, "keepalive"),
  };
  await keepAlive(exchange, () => heartbeat(request));
  return emptyReply(204, headers);
}

/** Only the store knows tokens, but the caller may be known as well. */
async function resolveConsumer(services: Services, exchange: Exchange, action: "stop" | "keepalive") {
  const { settings, attempts } = services;
  const caller = settings.authorize && (await findCaller(services, exchange, action).catch(() => undefined));
  if (caller !== undefined) attempts.check(action, caller);
  return caller?.consumer;
}
