import type { BrokerError, ErrorCode } from "../errors.js";
import type { Reply } from "../exchange.js";
import type { QuotaReading } from "../state/quotas.js";

type Headers = Reply["headers"];

export function jsonReply(status: number, value: unknown, headers: Headers = {}): Reply {
  return {
    status,
    headers: { ...headers, "content-type": "application/json; charset=utf-8", ...always },
    body: JSON.stringify(value),
  };
}

export function emptyReply(status: number, headers: Headers = {}): Reply {
  return { status, headers: { ...headers, ...always }, body: null };
}

/** Problem details (RFC 9457), as every refusal's body has them. `docs/errors.md` lists the codes. */
export interface Problem {
  /** `urn:equos-broker:problem:<code>` */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** For people: says what to do. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** For 5xx and refused origins: the same in the server's log line of it. */
  readonly instance?: string;
}

/** An error as problem details. */
export function problemReply(error: BrokerError, instance?: string): Reply {
  const { code, status, publicMessage, retryAfterSeconds, quotas, generation } = error;
  return {
    status,
    headers: {
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
      ...quotaHeaders(quotas),
      ...(generation === undefined ? {} : { "equos-delivery": String(generation) }),
      ...(status === 405 ? { allow: "POST" } : {}),
      // The rest of the body is still on its way; the connection is of no more use.
      ...(code === "body-timeout" ? { connection: "close" } : {}),
      "content-type": "application/problem+json; charset=utf-8",
      ...always,
    },
    body: JSON.stringify({
      type: `urn:equos-broker:problem:${code}`,
      title: title(code),
      status,
      detail: publicMessage,
      code,
      ...(instance === undefined ? {} : { instance }),
    } satisfies Problem),
  };
}

/** Tokens and errors are nobody's to cache (RFC 6749, 5.1). */
const always = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

function title(code: string): string {
  const words = code.replaceAll("-", " ").replace("json", "JSON").replace("api", "API");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Unit of the seconds quota. The draft has no such unit, and leaves names like this to implementations. */
const SECONDS_UNIT = "equos-seconds";

/**
 * Returns what a consumer has left, as `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11): quota
 * `q` in each window of `w` seconds, `r` left for the next `t` seconds.
 */
export function quotaHeaders(quotas: readonly QuotaReading[]): Reply["headers"] {
  if (quotas.length === 0) return {};
  const policies = quotas.map(({ name, unit, limit, windowSeconds }) =>
    [`"${name}"`, `q=${limit}`, ...(unit === "seconds" ? [`qu="${SECONDS_UNIT}"`] : []), `w=${windowSeconds}`].join(
      ";",
    ),
  );
  const limits = quotas.map(({ name, left, resetMs }) => `"${name}";r=${left};t=${Math.ceil(resetMs / 1000)}`);
  return { "ratelimit-policy": policies.join(", "), ratelimit: limits.join(", ") };
}
