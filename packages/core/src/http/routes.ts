import { keepProcess } from "../background.js";
import type { Handout } from "../conversations/start.js";
import { checkStart, type StartRequestBody } from "../conversations/start-request.js";
import { pause } from "../deadline.js";
import { BrokerError } from "../errors.js";
import type { Exchange, Reply } from "../exchange.js";
import { network } from "../network.js";
import { authenticate, type Caller, prove } from "./authenticate.js";
import { heartbeatBody, startBody, stopBody } from "./body.js";
import type { Services } from "./handle.js";
import { createReply, quotaHeaders } from "./reply.js";

/** With this header a page promises heartbeats: without one by the join deadline, no consumer has joined. */
const HEARTBEAT_HEADER = "equos-client";
/** The sweep after a grace period begins this much later than the period ends, in ms: the store's clock decides. */
const GRACE_SLACK_MS = 250;

export async function startRoute(services: Services, exchange: Exchange): Promise<Reply> {
  const { caller, body } = await authenticate(services, exchange, "start", startBody);
  const { handout, headers, undelivered } = await handOut(services, exchange, caller, body, "start");
  return { ...createReply(handout.resumed ? 200 : 201, handout.payload, headers), undelivered };
}

export async function stopRoute(services: Services, exchange: Exchange): Promise<Reply> {
  const { proof, body, headers } = await prove(services, exchange, "stop", stopBody);
  const { delivery: generation, leaving: pageHide } = body;
  const waitUntil = (task: Promise<unknown>) => exchange.waitUntil(task);
  const stopped = await keepAlive(exchange, () =>
    services.stops.stop({ ...proof, generation, pageHide, reason: "owner", waitUntil }),
  );
  if (pageHide && stopped.conversation.status === "running") waitUntil(sweepAfterGrace(services));
  return createReply(200, stopped, headers);
}

export async function heartbeatRoute(services: Services, exchange: Exchange): Promise<Reply> {
  const { proof, body, headers } = await prove(services, exchange, "keepalive", heartbeatBody);
  await keepAlive(exchange, () => services.stops.heartbeat({ ...proof, generation: body.delivery }));
  return createReply(204, undefined, headers);
}

/** Starts or resumes for an HTTP client. Returns the payload, and what every response with it needs. */
export async function handOut(
  services: Services,
  exchange: Exchange,
  { consumer, headers }: Caller,
  body: StartRequestBody,
  route: "start" | "token",
): Promise<{ readonly handout: Handout } & Required<Pick<Reply, "headers" | "undelivered">>> {
  const { settings, starts, background } = services;
  const { signal } = exchange;
  const request = await checkStart(settings, consumer, body, {
    route,
    signal,
    waitUntil: (task) => exchange.waitUntil(task),
    // Clients without a known address share one quota.
    ip: exchange.clientIp ?? "unknown",
    sendsHeartbeats: exchange.header(HEARTBEAT_HEADER) !== undefined,
  });
  if (request.limits.perIp !== undefined) checkProxy(services, exchange);
  const undelivered = async (handout: Handout) => {
    await background.track(starts.undelivered(handout));
    exchange.waitUntil(sweepAfterGrace(services));
  };
  // One task, which `close` waits for: the start, and what follows if the client has left meanwhile.
  const start = async () => {
    const handout = await starts.start(request);
    if (!signal.aborted) return handout;
    await undelivered(handout);
    throw new BrokerError("start-in-flight", { hint: "The client left before the response" });
  };
  const handout = await keepAlive(exchange, () => background.track(start()));
  return {
    handout,
    headers: { ...headers, ...quotaHeaders(handout.quotas), "equos-delivery": String(handout.generation) },
    undelivered: () => undelivered(handout),
  };
}

const warned = new WeakSet<Services>();

/** Loopback, private, and link-local networks, as `network` returns them. */
const INTERNAL = /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.|^(f[cd]..|fe[89ab].|0):/;

/** Warns once if the framework does not trust the proxy before it: `limits.perIp` then counts all clients as one. */
function checkProxy(services: Services, exchange: Exchange): void {
  const { clientIp } = exchange;
  if (warned.has(services) || !INTERNAL.test(network(clientIp))) return;
  if (exchange.header("x-forwarded-for") === undefined && exchange.header("forwarded") === undefined) return;
  warned.add(services);
  const message =
    "limits.perIp counts all clients as one: the address is the proxy's. Set the framework's option for proxies (docs/deploy.md, Client address)";
  services.settings.logger.warn({ clientIp }, message);
}

/**
 * Keeps a serverless function alive until the work is done, even if the client leaves. Announces the work before it begins,
 * because a platform without `waitUntil` throws.
 */
async function keepAlive<T>(exchange: Exchange, work: () => Promise<T>): Promise<T> {
  let end = (): void => undefined;
  exchange.waitUntil(
    new Promise<void>((resolve) => {
      end = resolve;
    }),
  );
  try {
    return await work();
  } finally {
    end();
  }
}

/** On a serverless platform this request runs the sweep that stops the conversation, unless a page comes back in time. */
async function sweepAfterGrace({ settings, background, sweep }: Services): Promise<void> {
  await keepProcess(() => pause(settings.clock, settings.reloadGraceMs + GRACE_SLACK_MS));
  // A closing broker processes scheduled stops by itself.
  if (background.isOpen) await sweep().catch(() => undefined);
}
