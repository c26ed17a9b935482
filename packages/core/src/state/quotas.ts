import type { ReserveRequest } from "./reserve.js";
import type { Charge, ConsumerState, Writable } from "./state.js";

/** A start that would get less than this is refused, in seconds. */
export const MIN_SECONDS = 30;

/** What may be used in each window. Windows are aligned: number `floor(now / windowMs)`. */
export interface Quota {
  /** Names the limit in refusals and readings: `starts`, `seconds`, `ip-starts`, `ip-seconds`, `global-seconds`. */
  readonly name: string;
  /** `starts`: one for each reservation. `seconds`: the conversation's `maxSeconds`, settled when it ends. */
  readonly unit: "starts" | "seconds";
  /** `consumer`: counted in the consumer's own state. `shared`: a counter of the store. */
  readonly scope: "consumer" | "shared";
  /** What is counted together, such as `ip-starts:<keyed hash>`. */
  readonly key: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/** What is left of one of the consumer's own quotas. */
export interface QuotaReading {
  readonly name: string;
  readonly unit: Quota["unit"];
  readonly limit: number;
  readonly windowSeconds: number;
  readonly left: number;
  /** Until the window ends. */
  readonly resetMs: number;
}

/**
 * Returns what a start is charged, or the quota or the shared set that refuses it. A `seconds` quota shortens the start to what
 * is left, but not below {@link MIN_SECONDS}.
 *
 * @param counters values of shared counters and sets, as far as the store has reported them
 */
export function charge(
  state: ConsumerState,
  { quotas, sets, maxSeconds }: ReserveRequest,
  counters: ReadonlyMap<string, number>,
  now: number,
):
  | { readonly maxSeconds: number; readonly charges: readonly Charge[] }
  | { readonly by: string; readonly retryAfterMs: number } {
  let granted = maxSeconds;
  const charges: Writable<Charge>[] = [];
  for (const quota of quotas) {
    const { name, unit, scope, limit } = quota;
    const { key, expiresAt } = findWindow(quota, now);
    const left = limit - (scope === "consumer" ? readUsed(state, key) : (counters.get(key) ?? 0));
    const least = unit === "seconds" ? Math.min(MIN_SECONDS, maxSeconds) : 1;
    if (left < least) return { by: name, retryAfterMs: expiresAt - now };
    if (unit === "seconds") granted = Math.min(granted, left);
    charges.push({ unit, scope, key, amount: 1, expiresAt });
  }
  const full = sets.find(({ set, limit = Number.POSITIVE_INFINITY }) => (counters.get(set) ?? 0) >= limit);
  if (full !== undefined) return { by: full.set, retryAfterMs: 0 };
  for (const item of charges) if (item.unit === "seconds") item.amount = granted;
  return { maxSeconds: granted, charges };
}

/** Returns what the consumer has left. Shared quotas are not the consumer's to know. */
export const readQuotas = (state: ConsumerState, quotas: readonly Quota[], now: number): readonly QuotaReading[] =>
  quotas
    .filter(({ scope }) => scope === "consumer")
    .map((quota) => {
      const { key, expiresAt } = findWindow(quota, now);
      const { name, unit, limit, windowSeconds } = quota;
      const left = Math.max(0, limit - readUsed(state, key));
      return { name, unit, limit, windowSeconds, left, resetMs: expiresAt - now };
    });

/** The window's length is part of the key, so a changed quota begins anew. */
function findWindow({ key, windowSeconds }: Quota, now: number) {
  const windowMs = windowSeconds * 1000;
  const index = Math.floor(now / windowMs);
  return { key: `${key}:${windowSeconds}:${index}`, expiresAt: (index + 1) * windowMs };
}

/** Returns what a window of the consumer's own has used. */
export const readUsed = ({ usage }: ConsumerState, key: string): number =>
  usage.find((window) => window.key === key)?.used ?? 0;
