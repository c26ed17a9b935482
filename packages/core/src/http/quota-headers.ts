import type { QuotaReading } from "../errors.js";
import type { Reply } from "../exchange.js";

/** Seconds of conversation are no unit that the draft knows; such names are to be one's own. */
const SECONDS_UNIT = "equos-seconds";

/**
 * What a consumer has left, as `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11): quota `q` in
 * each window of `w` seconds, `r` left for the next `t` seconds.
 */
export function quotaHeaders(quotas: readonly QuotaReading[]): Reply["headers"] {
  if (quotas.length === 0) return {};
  const policies = quotas.map(({ name, unit, max, windowSeconds }) =>
    [`"${name}"`, `q=${max}`, ...(unit === "seconds" ? [`qu="${SECONDS_UNIT}"`] : []), `w=${windowSeconds}`].join(";"),
  );
  const limits = quotas.map(({ name, left, resetSeconds }) => `"${name}";r=${left};t=${resetSeconds}`);
  return { "ratelimit-policy": policies.join(", "), ratelimit: limits.join(", ") };
}
