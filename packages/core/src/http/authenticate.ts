import type { z } from "zod";
import { type Consumer, checkConsumer } from "../consumer.js";
import type { Proof } from "../conversations/stop.js";
import { outcomeWithin, timeOver } from "../deadline.js";
import { attempt, BrokerError } from "../errors.js";
import type { Action, AuthorizeContext, Exchange, Reply } from "../exchange.js";
import { show } from "../hint.js";
import { fromBase64url } from "../hmac.js";
import { checkMediaType, readBody } from "./body.js";
import type { Services } from "./handle.js";
import { checkOrigin } from "./origin.js";

/** The consumer that sends a request. */
export interface Caller {
  readonly consumer: Consumer;
  /** Response headers from `authorize`. */
  readonly headers: Reply["headers"];
}

/** Created once: its stack trace would cost more than the rest of a refusal. */
const unauthorized = new BrokerError("unauthorized");
const forgotten = new BrokerError("unauthorized", {
  hint: "authorize returned undefined: return { identity } for this action, or null if no user is signed in",
});

/**
 * Returns the consumer and the body of a request that starts a conversation. Cheap refusals come first. Nothing uses the
 * network before both are known to be valid, except `authorize`.
 */
export async function authenticate<T>(
  services: Services,
  exchange: Exchange,
  action: Action,
  schema: () => z.ZodType<T>,
): Promise<{ readonly caller: Caller; readonly body: T }> {
  const { settings } = services;
  checkMediaType(exchange);
  checkOrigin(exchange, settings);
  if (settings.authorize === undefined) {
    throw new BrokerError("authorize-missing", { hint: "Starts over HTTP need the option authorize" });
  }
  const caller = await findCaller(services, exchange, action);
  if (!caller) throw caller === undefined ? forgotten : unauthorized;
  const body = await readBody(exchange, schema, settings);
  services.checkAttempts(action, caller);
  return { caller, body };
}

/**
 * Returns the body of a request about a running conversation, and what entitles its caller: the token in the body, or the
 * consumer that `authorize` returns, or without one a LiveKit token as Bearer.
 */
export async function prove<T extends { readonly id?: string | undefined; readonly token?: string | undefined }>(
  services: Services,
  exchange: Exchange,
  action: Action,
  schema: () => z.ZodType<T>,
): Promise<{ readonly proof: Proof; readonly body: T; readonly headers: Reply["headers"] }> {
  const { settings, checkAttempts } = services;
  checkMediaType(exchange);
  checkOrigin(exchange, settings);
  const body = await readBody(exchange, schema, settings);
  let { token } = body;
  let caller: Caller | null | undefined;
  if (token === undefined) {
    caller = await findCaller(services, exchange, action);
    if (!caller) token = liveKitBearer(exchange.header("authorization"));
    if (!caller && token === undefined) throw caller === undefined ? forgotten : unauthorized;
  }
  const proof = { token, id: body.id, consumer: caller?.consumer };
  checkAttempts(action, proof);
  const resolveConsumer = async () => {
    const owner = await findCaller(services, exchange, action).catch(() => undefined);
    if (owner) checkAttempts(action, owner);
    return owner?.consumer;
  };
  return { proof: { ...proof, resolveConsumer }, body, headers: caller?.headers ?? {} };
}

/**
 * Returns the consumer that the team's `authorize` names; `null` if there is none, `undefined` if it returned nothing at all.
 *
 * @throws BrokerError `authorize-failed`, `authorize-timeout`, `forbidden` or `invalid-identity`
 */
async function findCaller(
  { settings }: Services,
  exchange: Exchange,
  action: Action,
): Promise<Caller | null | undefined> {
  const { authorize, clock, timeouts } = settings;
  if (authorize === undefined) return null;
  const { native, clientIp } = exchange;
  const context = {
    action,
    native,
    clientIp,
    header: (name: string) => exchange.header(name.toLowerCase()),
    get signal() {
      return exchange.signal;
    },
    // The types of mounting make sure that the adapter supplies the native part that `authorize` takes.
  } as AuthorizeContext<never>;
  const answer = await outcomeWithin(clock, timeouts.authorizeSeconds, () => authorize(context)).catch(rejectThrown);
  if (answer === timeOver) {
    throw new BrokerError("authorize-timeout", { hint: `authorize took more than ${timeouts.authorizeSeconds} s` });
  }
  if (answer === undefined) return undefined;
  if (answer === null || answer === false) return null;
  if (typeof answer !== "object") {
    throw new BrokerError("invalid-identity", { hint: "authorize must return a consumer, null, undefined or false" });
  }
  checkConsumer(answer);
  const { headers, ...consumer } = answer;
  return { consumer, headers: checkHeaders(headers) };
}

/** An `authorize` that throws a 401 knows no consumer, as one that returns `null`. */
function rejectThrown(thrown: unknown): null {
  // Anything may be thrown, and any of its fields may throw.
  const fields = Object(thrown) as Partial<Record<"statusCode" | "status", unknown>>;
  const statuses = attempt(() => [fields.statusCode, fields.status], []);
  if (statuses.includes(401)) return null;
  if (statuses.includes(403)) throw new BrokerError("forbidden");
  throw new BrokerError("authorize-failed", { hint: "authorize threw", cause: thrown });
}

/** Returns the token if it is LiveKit's, a JWT with a `video` grant. Any other one is the team's own. */
function liveKitBearer(authorization = ""): string | undefined {
  const [, token, claims] = /^Bearer ([\w-]+\.([\w-]+)\.[\w-]+)$/i.exec(authorization) ?? [];
  if (token === undefined || claims === undefined || token.length > 8192) return undefined;
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(fromBase64url(claims)));
    return typeof parsed === "object" && parsed !== null && "video" in parsed ? token : undefined;
  } catch {
    return undefined;
  }
}

/** Without the headers that the broker or the connection decides. */
const HEADER_NAME =
  /^(?!content-|equos-|(transfer-encoding|connection|keep-alive|proxy-connection|te|http2-settings|cache-control|retry-after|ratelimit(-policy)?|allow|trailer|upgrade)$)[!#$%&'*+.^_`|~\w-]{1,100}$/;
/** What every server can write: Latin-1 without control characters. */
const HEADER_VALUE = /^[\t\x20-\x7e\xa0-\xff]{0,8192}$/;

/**
 * Returns the headers of `authorize` with lower-case names. Checks them before anything starts: a header that cannot be
 * written would fail when the conversation already runs.
 *
 * @throws BrokerError `authorize-failed`
 */
function checkHeaders(headers: unknown = {}): Reply["headers"] {
  const result: Record<string, string | readonly string[]> = Object.create(null);
  const fail = (problem: string) => new BrokerError("authorize-failed", { hint: `authorize returned ${problem}` });
  if (typeof headers !== "object") throw fail("headers that are not an object");
  for (const [key, value] of Object.entries(headers ?? {})) {
    const name = key.toLowerCase();
    // HTTP/2 refuses a list for any other header, and a second spelling would hide the first.
    const isList = name === "set-cookie" || name === "vary";
    const values: unknown[] = isList ? [value].flat() : [name in result ? undefined : value];
    if (!HEADER_NAME.test(name) || !values.every((item) => typeof item === "string" && HEADER_VALUE.test(item))) {
      throw fail(`the header ${show(key)}, which is reserved, repeated, or cannot be sent`);
    }
    result[name] = isList ? [result[name] ?? [], value].flat() : value;
  }
  return result;
}
