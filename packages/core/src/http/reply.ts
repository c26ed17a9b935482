import type { BrokerError, ErrorCode } from "../errors.js";
import type { Reply } from "../exchange.js";
import type { QuotaReading } from "../state/quotas.js";

type Headers = Reply["headers"];

/** Builds a response with a JSON body, or without a body if `value` is undefined. Responses hold tokens: no cache may keep them. */
export function createReply(status: number, value: unknown, headers?: Headers, type = "application/json"): Reply {
  return {
    status,
    headers: {
      ...headers,
      ...(value !== undefined && { "content-type": `${type}; charset=utf-8` }),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
    body: value === undefined ? null : JSON.stringify(value),
  };
}

/** Problem details (RFC 9457), the body of every refusal. `docs/errors.md` lists the codes. */
export interface Problem {
  /** `urn:equos-broker:problem:<code>` */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** For people: says what to do. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** For 5xx and refused origins: the id of the line in the server's log. */
  readonly instance?: string;
}

/**
 * Builds the response to an error, with the headers that RFC 9110 asks for.
 *
 * @param accepted what the route accepts, for a 405 and a 415
 */
export function problemReply(
  error: BrokerError,
  instance?: string,
  accepted: { readonly methods?: string; readonly mediaTypes?: readonly string[] } = {},
): Reply {
  const { methods = "POST", mediaTypes = ["application/json"] } = accepted;
  const { code, status, publicMessage, retryAfterSeconds, quotas, generation } = error;
  const words = code.replaceAll("-", " ").replace("json", "JSON").replace("api", "API");
  const problem: Problem = {
    type: `urn:equos-broker:problem:${code}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status,
    detail: publicMessage,
    code,
    ...(instance !== undefined && { instance }),
  };
  const headers = {
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    ...quotaHeaders(quotas),
    ...(generation !== undefined && { "equos-delivery": String(generation) }),
    // What `authorize` accepts has no scheme of its own. `Bearer` opens no dialog in a browser.
    ...(status === 401 && { "www-authenticate": "Bearer" }),
    ...(status === 405 && { allow: methods }),
    ...(status === 415 && { accept: mediaTypes.join(", ") }),
  };
  return createReply(status, problem, headers, "application/problem+json");
}

/**
 * Returns what a consumer has left as `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11): quota `q`
 * in each window of `w` seconds, `r` left for the next `t` seconds. The draft leaves units such as `equos-seconds` to servers.
 */
export function quotaHeaders(quotas: readonly QuotaReading[]): Headers {
  if (quotas.length === 0) return {};
  const policies = quotas.map(({ name, unit, limit, windowSeconds }) => {
    const quotaUnit = unit === "seconds" ? ';qu="equos-seconds"' : "";
    return `"${name}";q=${limit}${quotaUnit};w=${windowSeconds}`;
  });
  const left = quotas.map(({ name, left, resetMs }) => `"${name}";r=${left};t=${Math.ceil(resetMs / 1000)}`);
  return { "ratelimit-policy": policies.join(", "), ratelimit: left.join(", ") };
}
