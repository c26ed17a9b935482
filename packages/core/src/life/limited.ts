import { BrokerError, type QuotaReading } from "../errors.js";
import type { Meter, Reading, ReserveOutcome } from "../ledger/reservation.js";
import type { MeterName } from "./limits.js";

type Limited = Extract<ReserveOutcome, { outcome: "limited" }>;

/** How long to wait for a place of the deployment's is nobody's business, and not known either. */
const AT_CAPACITY_SECONDS = 15;

/** What a start that hit a limit is told: the consumer's own with figures, the deployment's without. */
export function limited({ by, retryAfterMs, readings }: Limited, meters: readonly Meter[]): BrokerError {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const quotas = quotasOf(readings, meters);
  // The names are those of limits.ts, and what the ledger itself adds.
  switch (by as MeterName | "overall-active" | "capacity") {
    case "starts":
      return new BrokerError("too-many-starts", { retryAfterSeconds, quotas });
    case "ip-starts":
      return new BrokerError("too-many-starts", { retryAfterSeconds });
    case "seconds":
      return new BrokerError("seconds-used-up", { retryAfterSeconds, quotas });
    default:
      return new BrokerError("at-capacity", {
        hint: `The limit ${by} is reached`,
        retryAfterSeconds: AT_CAPACITY_SECONDS,
      });
  }
}

/** What may be told of readings: the consumer's own. */
export function quotasOf(readings: readonly Reading[], meters: readonly Meter[]): readonly QuotaReading[] {
  return readings.flatMap(({ name, left, resetMs }) => {
    const meter = meters.find((each) => each.name === name);
    if (meter === undefined || (name !== "starts" && name !== "seconds")) return [];
    const { max, windowMs, unit } = meter;
    return { name, max, left, unit, windowSeconds: windowMs / 1000, resetSeconds: Math.ceil(resetMs / 1000) };
  });
}
