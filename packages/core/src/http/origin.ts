import { BrokerError } from "../errors.js";
import { isOrigin } from "../is-origin.js";

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
