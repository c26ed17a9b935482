import type { ErrorCode } from "../error-codes.js";
import { BrokerError, isBrokerError } from "../errors.js";
import type { Exchange, Reply } from "../exchange.js";
import type { Parts } from "../parts.js";
import { redact } from "../redact.js";
import type { Attempts } from "./attempts.js";
import { keepAliveRoute } from "./keepalive-route.js";
import { problemReply } from "./reply.js";
import { startRoute } from "./start-route.js";
import { stopRoute } from "./stop-route.js";

type Route = (parts: Parts, exchange: Exchange, attempts: Attempts) => Promise<Reply>;

const routes: ReadonlyMap<string, Route> = new Map([
  ["start", startRoute],
  ["stop", stopRoute],
  ["keepalive", keepAliveRoute],
]);

/** Serves one exchange, whatever happens; `null` when its action is none of ours. Never rejects. */
export async function handle(parts: Parts, attempts: Attempts, exchange: Exchange): Promise<Reply | null> {
  const route = routes.get(exchange.action);
  if (route === undefined) return null;
  try {
    if (exchange.method !== "POST") throw new BrokerError("method-not-allowed");
    return await route(parts, exchange, attempts);
  } catch (thrown) {
    const error = isBrokerError(thrown) ? thrown : new BrokerError("internal-error", { cause: thrown });
    const instance = `urn:uuid:${crypto.randomUUID()}`;
    if (error.status >= 500 || error.code === "origin-refused") report(parts, exchange, error, instance);
    return problemReply(error, instance);
  }
}

/**
 * What went wrong on our side or upstream's, in full here and nowhere else; and refused origins, which are as often a
 * proxy's doing as an attacker's.
 */
function report({ logger, upstream }: Parts, exchange: Exchange, error: BrokerError, instance: string): void {
  const { code, status, message } = error;
  const secrets = [...upstream.secrets(), ...credentials(exchange)];
  const cause = error.cause === undefined ? undefined : redact(describe(error.cause), secrets);
  const details = { code, status, action: exchange.action, instance, upstream: error.upstream, cause };
  logger[consequences.has(code) ? "warn" : "error"](details, redact(message, secrets));
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
  const authorization = exchange.header("authorization") ?? "";
  const cookie = exchange.header("cookie") ?? "";
  const values = cookie.split(";").map((pair) => pair.slice(pair.indexOf("=") + 1).trim());
  return [authorization, authorization.replace(/^\S+\s+/, ""), cookie, ...values, ...values.map(decoded)];
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
