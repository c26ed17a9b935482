import type { z } from "zod";
import { type Consumer, checkConsumer } from "../consumer.js";
import type { Proof } from "../conversations/stop.js";
import { outcomeWithin, timeOver } from "../deadline.js";
import { BrokerError, isBrokerError } from "../errors.js";
import type { Action, AuthorizeContext, Exchange, Reply } from "../exchange.js";
import { readBody, requireJson } from "./body.js";
import type { Services } from "./handle.js";
import { checkOrigin } from "./origin.js";

/** The consumer that sends a request. */
export interface Caller {
  readonly consumer: Consumer;
  /** Response headers from `authorize`. */
  readonly headers: Reply["headers"];
}

/** Made once: only code and status are read, and a stack trace costs more than the rest of a refusal. */
const unauthorized = new BrokerError("unauthorized");

/**
 * Returns the consumer that the team's `authorize` names; `undefined` if it names none.
 *
 * @throws BrokerError `authorize-missing`, `-failed` or `-timeout`, `unauthorized`, `forbidden`, `invalid-identity`
 */
export async function findCaller(
  { settings }: Services,
  exchange: Exchange,
  action: Action,
): Promise<Caller | undefined> {
  const { authorize, clock, timeouts } = settings;
  if (authorize === undefined) {
    throw new BrokerError("authorize-missing", { hint: "Without the option authorize nobody can start over HTTP" });
  }
  const { native, clientIp } = exchange;
  const header = (name: string) => exchange.header(name.toLowerCase());
  // The adapter this broker is mounted on supplies the native part; the types of mounting see to that.
  const context = {
    ...{ action, header, clientIp, native },
    get signal() {
      return exchange.signal;
    },
  } as AuthorizeContext<never>;
  const answer = await outcomeWithin(clock, timeouts.authorizeSeconds, () => authorize(context)).catch(
    (thrown: unknown) => {
      throw refusal(thrown);
    },
  );
  if (answer === timeOver) {
    throw new BrokerError("authorize-timeout", { hint: `authorize took more than ${timeouts.authorizeSeconds} s` });
  }
  if (answer === null || answer === undefined || answer === false) return undefined;
  if (typeof answer !== "object") {
    throw new BrokerError("invalid-identity", {
      hint: "authorize gave neither a consumer nor null, undefined or false",
    });
  }
  checkConsumer(answer);
  const { headers, ...consumer } = answer;
  return { consumer, headers: replyHeaders(headers) };
}

function refusal(thrown: unknown): BrokerError {
  const { statusCode, status } = (typeof thrown === "object" && thrown !== null ? thrown : {}) as Record<
    string,
    unknown
  >;
  if (statusCode === 401 || status === 401) return unauthorized;
  if (statusCode === 403 || status === 403) return new BrokerError("forbidden");
  return new BrokerError("authorize-failed", { hint: "authorize threw", cause: thrown });
}

/**
 * Returns who starts a conversation, and the body. Cheap refusals come first; nothing touches the network before the
 * consumer and the body are known to be good.
 */
export async function authenticate<T>(
  services: Services,
  exchange: Exchange,
  action: Action,
  schema: () => z.ZodType<T>,
): Promise<{ readonly caller: Caller; readonly body: T }> {
  const { clock, timeouts } = services.settings;
  requireJson(exchange.header("content-type"));
  checkOrigin((name) => exchange.header(name), services.settings);
  const caller = await findCaller(services, exchange, action);
  if (caller === undefined) throw unauthorized;
  const body = await readBody(exchange, schema, clock, timeouts.bodySeconds);
  services.attempts.check(action, caller);
  return { caller, body };
}

/**
 * Returns what entitles the caller to stop a conversation or to send heartbeats: its token in the body, or the consumer that
 * `authorize` returns, or, without one, a LiveKit token as Bearer.
 */
export async function proveConversation(
  services: Services,
  exchange: Exchange,
  action: Action,
  { id, token }: { readonly id?: string | undefined; readonly token?: string | undefined },
): Promise<Proof & { readonly headers: Reply["headers"] }> {
  if (token !== undefined) return { token, id, headers: {} };
  const { authorize } = services.settings;
  const caller = authorize && (await findCaller(services, exchange, action).catch(nobodyIfUnauthorized));
  if (caller !== undefined) return { consumer: caller.consumer, id, headers: caller.headers };
  const bearer = liveKitBearer(exchange.header("authorization"));
  if (bearer !== undefined) return { token: bearer, id, headers: {} };
  throw unauthorized;
}

/** An `authorize` that throws its 401 knows nobody, as one that gives `null`. */
function nobodyIfUnauthorized(error: unknown): undefined {
  if (!isBrokerError(error) || error.code !== "unauthorized") throw error;
}

/** LiveKit tokens are JWTs that carry a `video` grant; another one is the team's own and none of our business. */
function liveKitBearer(authorization: string | undefined): string | undefined {
  const jwt = /^Bearer ([\w-]+\.([\w-]+)\.[\w-]+)$/i.exec(authorization ?? "");
  const [, token, claims] = jwt ?? [];
  if (token === undefined || claims === undefined || token.length > 8192) return undefined;
  try {
    const parsed: unknown = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof parsed === "object" && parsed !== null && "video" in parsed ? token : undefined;
  } catch {
    return undefined;
  }
}

const NAME = /^[!#$%&'*+.^_`|~\w-]{1,100}$/;
/** What every server can write: Latin-1 without control characters. */
const VALUE = /^[\t\x20-\x7e\xa0-\xff]{0,8192}$/;
/** What the reply itself decides. */
const OURS =
  /^(content-|transfer-encoding$|connection$|keep-alive$|proxy-connection$|te$|http2-settings$|cache-control$|equos-|retry-after$|ratelimit(-policy)?$|allow$|trailer$|upgrade$)/;

/**
 * The headers that `authorize` wants sent, in lower case. Checked before anything starts: a header that cannot be
 * written would otherwise fail when the conversation already runs.
 *
 * @throws BrokerError `authorize-failed`
 */
function replyHeaders(headers: unknown): Reply["headers"] {
  if (headers === undefined || headers === null) return {};
  if (typeof headers !== "object") throw wrong("headers that are no object");
  const result: Record<string, string | readonly string[]> = Object.create(null);
  for (const [written, value] of Object.entries(headers)) {
    const name = written.toLowerCase();
    if (!NAME.test(name) || OURS.test(name)) throw wrong("a header whose name cannot be used");
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (!values.every((one) => typeof one === "string" && VALUE.test(one)))
      throw wrong(`a value of ${name} that cannot be sent`);
    // HTTP/2 refuses a list for what may stand once; and a second spelling would hide the first.
    const isList = name === "set-cookie" || name === "vary";
    if (!isList && (Array.isArray(value) || name in result)) throw wrong(`several values of ${name}`);
    result[name] = isList ? [result[name] ?? [], value].flat() : value;
  }
  return result;
}

const wrong = (what: string) => new BrokerError("authorize-failed", { hint: `authorize gave ${what}` });
