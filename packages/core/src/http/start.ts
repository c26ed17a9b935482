import { keepProcess } from "../background.js";
import type { Handout } from "../conversations/start.js";
import { checkStart, type StartRequestBody } from "../conversations/start-request.js";
import { pause } from "../deadline.js";
import { BrokerError } from "../errors.js";
import type { Exchange, Reply } from "../exchange.js";
import { authenticate, type Caller } from "./authenticate.js";
import { startBody } from "./body.js";
import type { Services } from "./handle.js";
import { jsonReply, quotaHeaders } from "./reply.js";

/** With this header a page promises heartbeats: without one by the join deadline, no consumer has joined. */
const HEARTBEAT_HEADER = "equos-client";
/** The sweep after a grace period begins this much later than the period ends, in ms: the store's clock decides. */
const GRACE_SLACK_MS = 250;

export async function startRoute(services: Services, exchange: Exchange): Promise<Reply> {
  const { caller, body } = await authenticate(services, exchange, "start", startBody);
  const { handout, headers, undelivered } = await handOut(services, exchange, caller, body, "start");
  return { ...jsonReply(handout.resumed ? 200 : 201, handout.payload, headers), undelivered };
}

/** Starts or resumes for an HTTP client. Returns the payload, and the headers that go with it in each form of body. */
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

/**
 * Keeps a serverless function alive until the work is done, even if the client leaves. Announced before the work begins,
 * because a platform without `waitUntil` throws.
 */
export async function keepAlive<T>(exchange: Pick<Exchange, "waitUntil">, work: () => Promise<T>): Promise<T> {
  let end: () => void = () => undefined;
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

/** Where nothing runs between requests, this request stays until its page has come back, or its conversation is stopped. */
export async function sweepAfterGrace({ settings, background, sweep }: Services): Promise<void> {
  await keepProcess(() => pause(settings.clock, settings.reloadGraceMs + GRACE_SLACK_MS));
  // A closing broker finishes scheduled stops by itself.
  if (background.isOpen) await sweep().catch(() => undefined);
}
