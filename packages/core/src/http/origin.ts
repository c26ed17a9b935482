import { BrokerError } from "../errors.js";

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
  const shown = origin !== undefined && isOrigin(origin) ? origin : "unknown";
  throw new BrokerError("origin-refused", {
    publicMessage: `The origin ${shown} may not call this server. To allow it, list it in the broker's option allowedOrigins.`,
  });
}

function isOwn(origin: string, host: string | undefined, publicOrigin: string | undefined): boolean {
  if (origin === publicOrigin) return true;
  if (!isOrigin(origin) || host === undefined) return false;
  return new URL(origin).host === host.toLowerCase();
}

const isOrigin = (value: string): boolean =>
  value.length <= 256 &&
  URL.canParse(value) &&
  /^https?:$/.test(new URL(value).protocol) &&
  new URL(value).origin === value;
