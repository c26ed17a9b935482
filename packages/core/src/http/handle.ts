import type { ErrorCode } from "../error-codes.js";
import { BrokerError, isBrokerError } from "../errors.js";
import type { Action, Exchange, Reply } from "../exchange.js";
import { guarded } from "../logger.js";
import type { Parts } from "../parts.js";
import { redact } from "../redact.js";
import type { Attempts } from "./attempts.js";
import { preflight, withCors } from "./cors.js";
import { keepAliveRoute } from "./keepalive-route.js";
import { problemReply } from "./reply.js";
import { startRoute } from "./start-route.js";
import { stopRoute } from "./stop-route.js";
import { tokenRoute } from "./token-route.js";

type Route = (parts: Parts, exchange: Exchange, attempts: Attempts) => Promise<Reply>;

const routes: ReadonlyMap<string, Route> = new Map<Action, Route>([
  ["start", startRoute],
  ["stop", stopRoute],
  ["keepalive", keepAliveRoute],
  ["token", tokenRoute],
]);

export const actions: readonly string[] = [...routes.keys()];

/** Serves one exchange, whatever happens; `null` when its action is none of ours. Never rejects. */
export async function handle(parts: Parts, attempts: Attempts, exchange: Exchange): Promise<Reply | null> {
  const route = routes.get(exchange.action);
  if (route === undefined) return null;
  const reply = await answer(parts, attempts, exchange, route);
  return withCors(reply, (name) => present(exchange, name), parts.options);
}

async function answer(parts: Parts, attempts: Attempts, exchange: Exchange, route: Route): Promise<Reply> {
  try {
    const early = preflight(exchange.method, (name) => exchange.header(name), parts.options);
    if (early !== undefined) return early;
    if (exchange.method !== "POST") throw new BrokerError("method-not-allowed");
    const late = parts.catchUp();
    if (late !== undefined) exchange.waitUntil(late);
    return await route(parts, exchange, attempts);
  } catch (thrown) {
    const error = isBrokerError(thrown) ? thrown : new BrokerError("internal-error", { cause: thrown });
    const isLogged = error.status >= 500 || error.code === "origin-refused";
    return problemReply(error, isLogged ? report(parts, exchange, error) : undefined);
  }
}

/**
 * What went wrong on our side or upstream's, in full here and nowhere else; and refused origins, which are as often a
 * proxy's doing as an attacker's. Gives the id by which the answer's reader finds the line.
 */
function report({ logger, upstream }: Parts, exchange: Exchange, error: BrokerError): string {
  const instance = `urn:uuid:${crypto.randomUUID()}`;
  // The host's own, where it keeps one for each request.
  const log = exchange.logger === undefined ? logger : guarded(exchange.logger);
  const { code, status, message } = error;
  const secrets = upstream.secrets();
  // Only what others have written can quote the request.
  const cause =
    error.cause === undefined ? undefined : redact(describe(error.cause), [...secrets, ...credentials(exchange)]);
  const details = { code, status, action: exchange.action, instance, upstream: error.upstream, cause };
  log[consequences.has(code) ? "warn" : "error"](details, redact(message, secrets));
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
  return cause instanceof Error ? String(cause.stack ?? cause) : typeof cause;
}
