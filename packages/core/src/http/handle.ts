import type { Background } from "../background.js";
import type { HeartbeatRequest } from "../conversations/heartbeat.js";
import type { Starts } from "../conversations/start.js";
import type { Stops } from "../conversations/stop.js";
import { BrokerError, type ErrorCode, isBrokerError } from "../errors.js";
import type { Action, Exchange, Reply } from "../exchange.js";
import { guarded } from "../logger.js";
import { redact } from "../redact.js";
import type { Settings } from "../settings.js";
import type { Attempts } from "./attempts.js";
import { preflight, withCors } from "./origin.js";
import { problemReply } from "./reply.js";
import { startRoute } from "./start.js";
import { heartbeatRoute, stopRoute } from "./stop.js";
import { tokenRoute } from "./token.js";

/** What the routes call. */
export interface Services {
  readonly settings: Settings;
  readonly starts: Starts;
  readonly stops: Stops;
  readonly background: Background;
  readonly attempts: Attempts;
  heartbeat(request: HeartbeatRequest): Promise<void>;
  /** What must be masked in logs. */
  secrets(): readonly string[];
  /** Processes everything that is due. */
  sweep(): Promise<void>;
  /** Begins the sweep that a platform has lost together with a former request, if there is one. */
  catchUp(): Promise<void> | undefined;
}

type Route = (services: Services, exchange: Exchange) => Promise<Reply>;

const routes: ReadonlyMap<string, Route> = new Map<Action, Route>([
  ["start", startRoute],
  ["stop", stopRoute],
  ["keepalive", heartbeatRoute],
  ["token", tokenRoute],
]);

export const actions: readonly string[] = [...routes.keys()];

/** Serves one exchange; `null` if its action is not the broker's. Never rejects. */
export async function handle(services: Services, exchange: Exchange): Promise<Reply | null> {
  const route = routes.get(exchange.action);
  if (route === undefined) return null;
  const reply = await answer(services, exchange, route);
  return withCors(reply, (name) => present(exchange, name), services.settings);
}

async function answer(services: Services, exchange: Exchange, route: Route): Promise<Reply> {
  try {
    const early = preflight(exchange.method, (name) => exchange.header(name), services.settings);
    if (early !== undefined) return early;
    if (exchange.method !== "POST") throw new BrokerError("method-not-allowed");
    const late = services.catchUp();
    if (late !== undefined) exchange.waitUntil(late);
    return await route(services, exchange);
  } catch (thrown) {
    const error = isBrokerError(thrown) ? thrown : new BrokerError("internal-error", { cause: thrown });
    const isLogged = error.status >= 500 || error.code === "origin-refused";
    return problemReply(error, isLogged ? report(services, exchange, error) : undefined);
  }
}

/**
 * What went wrong on our side or upstream's, in full here and nowhere else; and refused origins, which are as often a
 * proxy's doing as an attacker's. Gives the id by which the answer's reader finds the line.
 */
function report({ settings, secrets }: Services, exchange: Exchange, error: BrokerError): string {
  const instance = `urn:uuid:${crypto.randomUUID()}`;
  // The host's own, where it keeps one for each request.
  const log = exchange.logger === undefined ? settings.logger : guarded(exchange.logger);
  const { code, status, message } = error;
  // Only what others have written can quote the request.
  const cause =
    error.cause === undefined ? undefined : redact(describe(error.cause), [...secrets(), ...credentials(exchange)]);
  const details = { code, status, action: exchange.action, instance, upstream: error.upstream, cause };
  log[consequences.has(code) ? "warn" : "error"](details, redact(message, secrets()));
  return instance;
}

/** Refusals that follow from something that was reported already, or that is meant to be. */
const consequences: ReadonlySet<ErrorCode> = new Set([
  "origin-refused",
  "start-in-doubt",
  "start-too-late",
  "broker-closed",
  "at-capacity",
]);

/** What the request carries to prove who sent it, as a whole and in its parts. */
function credentials(exchange: Exchange): string[] {
  const authorization = present(exchange, "authorization") ?? "";
  const cookie = present(exchange, "cookie") ?? "";
  const values = cookie.split(";").map((pair) => pair.slice(pair.indexOf("=") + 1).trim());
  return [authorization, authorization.replace(/^\S+\s+/, ""), cookie, ...values, ...values.map(decoded)];
}

/** An adapter may have no headers to give, and say so. */
function present(exchange: Exchange, name: string): string | undefined {
  try {
    return exchange.header(name);
  } catch {
    return undefined;
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function describe(cause: unknown): string {
  try {
    return cause instanceof Error ? String(cause.stack ?? cause) : typeof cause;
  } catch {
    return "an error that cannot be described";
  }
}
