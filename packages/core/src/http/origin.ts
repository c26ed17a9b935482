import { BrokerError } from "../errors.js";
import { addVary, type Exchange, type Reply } from "../exchange.js";
import { isOrigin } from "../is-origin.js";
import type { Settings } from "../settings.js";
import { createReply } from "./reply.js";

type OriginRule = Partial<Pick<Settings, "allowedOrigins" | "publicOrigin">>;

/**
 * Refuses calls of other sites. Decides in this order: a listed `Origin` passes; then `Sec-Fetch-Site`, which no page can
 * forge; then `Origin` against this server's own. A call with neither header does not come from a browser.
 *
 * @throws BrokerError `origin-refused`, which names the origin and the option
 */
export function checkOrigin(exchange: Pick<Exchange, "header">, rule: OriginRule): void {
  const { allowedOrigins = [], publicOrigin } = rule;
  const origin = exchange.header("origin");
  if (origin !== undefined && allowedOrigins.includes(origin)) return;
  const site = exchange.header("sec-fetch-site");
  const isKnown = publicOrigin === undefined || origin === undefined || origin === publicOrigin;
  if (site === "same-origin" && isKnown) return;
  // A page of a foreign name that leads to this server has `Host` and `Origin` of its own, so a known origin counts alone.
  const isOwn = () =>
    origin === undefined ||
    (publicOrigin === undefined ? isOriginOf(exchange.header("host"), origin) : origin === publicOrigin);
  if (site === undefined && isOwn()) return;
  throw new BrokerError("origin-refused", { publicMessage: describeRefusal(origin, site ?? "") });
}

/** Compares as URLs, because a default port may be written or left out. Behind a proxy the own scheme is not known. */
function isOriginOf(host: string | undefined, origin: string): boolean {
  const scheme = /^https?:\/\//.exec(origin)?.[0];
  const own = `${scheme}${host}`;
  return scheme !== undefined && host !== undefined && URL.canParse(own) && new URL(own).origin === origin;
}

function describeRefusal(origin: string | undefined, site: string): string {
  if (origin === undefined) {
    const value = /^[\w-]{1,32}$/.test(site) ? site : "something unknown";
    return `A call with Sec-Fetch-Site: ${value} and no Origin is refused; allowedOrigins cannot list it.`;
  }
  return isOrigin(origin)
    ? `The origin ${origin} may not call this server. To allow it, list it in the option allowedOrigins.`
    : "A page without an origin may not call this server; allowedOrigins cannot list it.";
}

/** The response headers that a page of another origin may read: at least those that `@equos-broker/client` reads. */
const EXPOSED_HEADERS =
  "Date, Equos-Delivery, Equos-Conversation, Equos-Livekit-Identity, Retry-After, RateLimit, RateLimit-Policy";

/** Browsers cache a preflight this long, in seconds. Chrome's maximum. The origin rule refuses a removed origin at once. */
const PREFLIGHT_MAX_AGE = "7200";

/**
 * Adds the CORS headers if origins are listed; otherwise CORS is the host's. Names exactly the caller's origin, because
 * credentials are allowed. Refusals are readable too.
 */
export function withCors(reply: Reply, origin: string | undefined, { allowedOrigins = [] }: OriginRule): Reply {
  if (allowedOrigins.length === 0) return reply;
  const vary = addVary(reply.headers.vary, "Origin");
  const isListed = origin !== undefined && allowedOrigins.includes(origin);
  const cors = isListed && {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": EXPOSED_HEADERS,
  };
  return { ...reply, headers: { ...reply.headers, ...cors, vary } };
}

/**
 * Returns the response to a preflight, or `undefined` for every other call. Without `allowedOrigins` there is only the
 * refusal, which the log shows: the browser tells its page nothing.
 *
 * @throws BrokerError `origin-refused`
 */
export function answerPreflight(exchange: Exchange, rule: OriginRule): Reply | undefined {
  if (exchange.method !== "OPTIONS" || exchange.header("access-control-request-method") === undefined) return undefined;
  checkOrigin(exchange, rule);
  if (!rule.allowedOrigins?.length) return undefined;
  const requested = exchange.header("access-control-request-headers") ?? "";
  // A listed origin may send any header, such as a token of the team's own.
  const isSendable = /^[\w!#$%&'*+.^`|~, -]{1,1024}$/.test(requested);
  return createReply(204, undefined, {
    "access-control-allow-methods": "POST",
    ...(isSendable && { "access-control-allow-headers": requested }),
    "access-control-max-age": PREFLIGHT_MAX_AGE,
    vary: "Access-Control-Request-Method, Access-Control-Request-Headers",
  });
}
