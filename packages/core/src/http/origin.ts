import { BrokerError } from "../errors.js";
import type { Reply } from "../exchange.js";
import { addVary } from "../exchange.js";
import { isOrigin } from "../is-origin.js";
import { emptyReply } from "./reply.js";

export interface OriginRule {
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly publicOrigin?: string | undefined;
}

/**
 * Cross-site calls start nothing. Decided in this order: an `Origin` that is listed passes; then `Sec-Fetch-Site`,
 * which no page can forge; then `Origin` against this server's own; a call with neither header is no browser's.
 *
 * @throws BrokerError `origin-refused`, which names the origin and the option.
 */
export function checkOrigin(header: (name: string) => string | undefined, rule: OriginRule): void {
  const origin = header("origin");
  if (origin !== undefined && rule.allowedOrigins?.includes(origin)) return;
  const site = header("sec-fetch-site");
  if (site === "same-origin") return;
  if (site === undefined && origin === undefined) return;
  if (site === undefined && origin !== undefined && isOwn(origin, header("host"), rule.publicOrigin)) return;
  throw new BrokerError("origin-refused", { publicMessage: refusal(origin, site) });
}

function refusal(origin: string | undefined, site: string | undefined): string {
  const how = "To allow it, list it in the broker's option allowedOrigins.";
  if (origin !== undefined && isOrigin(origin)) return `The origin ${origin} may not call this server. ${how}`;
  if (origin !== undefined)
    return `A page without an origin of its own may not call this server, and allowedOrigins cannot list it.`;
  const named = /^[\w-]{1,32}$/.test(site ?? "") ? site : "something unknown";
  return `A browser's call that says Sec-Fetch-Site: ${named} and no Origin may not reach this server; allowedOrigins cannot list it.`;
}

function isOwn(origin: string, host: string | undefined, publicOrigin: string | undefined): boolean {
  if (origin === publicOrigin) return true;
  if (!/^https?:/.test(origin) || !isOrigin(origin) || host === undefined) return false;
  // The scheme is not known behind a proxy. As a URL, a default port in either is no difference.
  const { protocol, host: expected } = new URL(origin);
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === expected;
}

type Header = (name: string) => string | undefined;

/** What a page of another origin may read of an answer, besides its body. */
const EXPOSED = [
  "Equos-Delivery",
  "Equos-Conversation",
  "Equos-Livekit-Identity",
  "Retry-After",
  "RateLimit",
  "RateLimit-Policy",
].join(", ");

/** For so long a browser asks no second time; Chrome's own limit. A removed origin is refused by the origin rule at once. */
const MAX_AGE_SECONDS = 7200;

/** Names of headers, as a browser lists them. */
const NAMES = /^[\w!#$%&'*+.^`|~, -]{1,1024}$/;

const isListed = (origin: string | undefined, { allowedOrigins = [] }: OriginRule): origin is string =>
  origin !== undefined && allowedOrigins.includes(origin);

/** CORS answers are ours only where origins are listed; else they are the host's. */
const isOurs = ({ allowedOrigins = [] }: OriginRule): boolean => allowedOrigins.length > 0;

/**
 * The same reply, which a page of a listed origin can read: with exactly that origin, never a pattern, since cookies count.
 * Refusals too, so that a page can tell its user why.
 */
export function withCors(reply: Reply, header: Header, rule: OriginRule): Reply {
  if (!isOurs(rule)) return reply;
  const { headers } = reply;
  const origin = header("origin");
  const vary = addVary(headers.vary, "Origin");
  if (!isListed(origin, rule)) return { ...reply, headers: { ...headers, vary } };
  const allowed = {
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": EXPOSED,
  };
  return { ...reply, headers: { ...headers, ...allowed, vary } };
}

/**
 * The answer to a preflight; `undefined` for every other call.
 *
 * @throws BrokerError `origin-refused`
 */
export function preflight(method: string, header: Header, rule: OriginRule): Reply | undefined {
  if (method !== "OPTIONS" || !isOurs(rule) || header("access-control-request-method") === undefined) return undefined;
  checkOrigin(header, rule);
  const asked = header("access-control-request-headers");
  return emptyReply(204, {
    "access-control-allow-methods": "POST",
    // Whatever a listed origin wants to send, such as a token of the team's own.
    ...(asked !== undefined && NAMES.test(asked) ? { "access-control-allow-headers": asked } : {}),
    "access-control-max-age": String(MAX_AGE_SECONDS),
    vary: "Access-Control-Request-Method, Access-Control-Request-Headers",
  });
}
