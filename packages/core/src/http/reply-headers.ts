import { BrokerError } from "../errors.js";
import type { Reply } from "../exchange.js";

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
export function replyHeaders(headers: unknown): Reply["headers"] {
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
