import type { Background } from "../background.js";
import type { Starts } from "../conversations/start.js";
import type { Stops } from "../conversations/stop.js";
import { environment } from "../environment.js";
import { attempt, BrokerError, isBrokerError } from "../errors.js";
import type { Action, Exchange, Reply } from "../exchange.js";
import { MAX_SHOWN, show } from "../hint.js";
import { guarded } from "../logger.js";
import { describe, redact } from "../redact.js";
import type { Settings } from "../settings.js";
import type { CheckAttempts } from "./attempts.js";
import { mediaTypes } from "./body.js";
import { answerPreflight, withCors } from "./origin.js";
import { problemReply } from "./reply.js";
import { heartbeatRoute, startRoute, stopRoute } from "./routes.js";
import { tokenRoute } from "./token.js";

/** What the routes call. */
export interface Services {
  readonly settings: Settings;
  readonly starts: Starts;
  readonly stops: Stops;
  readonly background: Background;
  readonly checkAttempts: CheckAttempts;
  /** Returns what logs must not contain. */
  secrets(): readonly string[];
  /** Processes everything that is due. */
  sweep(): Promise<void>;
  /** Begins the sweep that a platform has lost together with an earlier request, if there is one. */
  catchUp(): Promise<void> | undefined;
}

type Route = (services: Services, exchange: Exchange) => Promise<Reply>;

const routes: ReadonlyMap<string, Route> = new Map<Action, Route>([
  ["start", startRoute],
  ["stop", stopRoute],
  ["keepalive", heartbeatRoute],
  ["token", tokenRoute],
]);

/** The path segments of all routes. */
export const actions: readonly string[] = [...routes.keys()];

/** Serves one request. Returns `null` if its action is not the broker's. Never rejects. */
export async function handle(services: Services, exchange: Exchange): Promise<Reply | null> {
  const route = routes.get(exchange.action);
  if (route === undefined) {
    hintAtMount(services, exchange.action);
    return null;
  }
  const reply = await run(route, services, exchange)
    .catch((thrown: unknown) => refuse(services, exchange, thrown))
    // A value that pretends to be a BrokerError.
    .catch(() => refuse(services, exchange, new BrokerError("internal-error")));
  return withCors(reply, readHeader(exchange, "origin"), services.settings);
}

async function run(route: Route, services: Services, exchange: Exchange): Promise<Reply> {
  const early = answerPreflight(exchange, services.settings);
  if (early !== undefined) return early;
  if (exchange.method !== "POST") {
    throw new BrokerError("method-not-allowed", {
      hint: `${show(exchange.action)} got ${exchange.method}: send a POST`,
    });
  }
  const sweep = services.catchUp();
  if (sweep !== undefined) exchange.waitUntil(sweep);
  return await route(services, exchange);
}

/** Errors that follow from an earlier one in the log, or that are intended: logged as warnings. */
const warnings = ["origin-refused", "start-in-doubt", "start-too-late", "broker-closed", "at-capacity"];

/**
 * Builds the response to an error. Logs errors of the server and of Equos in full, and refused origins, which a proxy may have
 * caused. The response carries the id of the log line. Outside production it also logs the hint of any other refusal.
 */
function refuse({ settings, secrets }: Services, exchange: Exchange, thrown: unknown): Reply {
  const error = isBrokerError(thrown) ? thrown : new BrokerError("internal-error", { cause: thrown });
  const { code, status, message, upstream, publicMessage } = error;
  const { action } = exchange;
  // Errors of other code, and hints, can quote the request.
  const quotable = () => [...secrets(), ...credentials(exchange)];
  const own = attempt(() => exchange.logger, undefined);
  const logger = own === undefined ? settings.logger : guarded(own);
  if (status < 500 && code !== "origin-refused") {
    const isHint = message !== publicMessage && !isProduction();
    if (isHint) logger.warn({ code, status, action }, redact(message, quotable()));
    return problemReply(error, undefined, { mediaTypes: mediaTypes(action) });
  }
  const instance = `urn:uuid:${crypto.randomUUID()}`;
  const cause = error.cause === undefined ? undefined : describe(error.cause, quotable());
  const details = { code, status, action, instance, upstream, cause };
  logger[warnings.includes(code) ? "warn" : "error"](details, redact(message, secrets()));
  return problemReply(error, instance);
}

const isProduction = () => environment("NODE_ENV") === "production";

/** Brokers whose wrong mount has been logged: behind a wrong mount every request is one. */
const hinted = new WeakSet<Services>();

/** Outside production, logs the first request for an action that is not the broker's. The host may serve it. */
function hintAtMount(services: Services, action: string): void {
  if (action === "cron" || isProduction() || hinted.has(services)) return;
  hinted.add(services);
  const hint = `The broker has no action ${show(action)}, only ${actions.join(", ")}. Mount it at their parent, such as /api/equos`;
  services.settings.logger.warn({ code: "unknown-action" }, redact(hint, services.secrets()));
}

/** Returns what the request carries to prove who sent it, as a whole and in its parts. */
function credentials(exchange: Exchange): string[] {
  const authorization = readHeader(exchange, "authorization") ?? "";
  const cookie = readHeader(exchange, "cookie") ?? "";
  const values = cookie.split(";").map((pair) => pair.slice(pair.indexOf("=") + 1).trim());
  const decoded = values.map((value) => attempt(() => decodeURIComponent(value), value));
  const all = [authorization, authorization.replace(/^\S+\s+/, ""), cookie, ...values, ...decoded];
  // Hints shorten values.
  return [...all, ...all.map((value) => value.slice(0, MAX_SHOWN))];
}

/** An adapter that has no headers may throw. */
const readHeader = (exchange: Exchange, name: string) => attempt(() => exchange.header(name), undefined);
