import type { BoundCharge } from "./draft.js";
import type { ConsumerState } from "./state.js";

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

export type Charged =
  | { readonly fits: true; readonly maxSeconds: number; readonly charges: readonly BoundCharge[] }
  | { readonly fits: false; readonly by: string; readonly retryAfterMs: number };

/**
 * Returns what a start of `maxSeconds` is charged. A `seconds` quota shortens the start to what is left, but not below
 * {@link MIN_SECONDS}.
 *
 * @param counters values of shared counters, as far as the store has reported them
 */
export function charge(
  { usage }: Pick<ConsumerState, "usage">,
  quotas: readonly Quota[],
  maxSeconds: number,
  counters: ReadonlyMap<string, number>,
  now: number,
): Charged {
  let granted = maxSeconds;
  const windows: { readonly quota: Quota; readonly key: string; readonly expiresAt: number }[] = [];
  for (const quota of quotas) {
    const { key, expiresAt } = windowOf(quota, now);
    const used = quota.scope === "consumer" ? usedIn(usage, key) : (counters.get(key) ?? 0);
    const left = quota.limit - used;
    if (left < (quota.unit === "seconds" ? Math.min(MIN_SECONDS, maxSeconds) : 1)) {
      return { fits: false, by: quota.name, retryAfterMs: expiresAt - now };
    }
    if (quota.unit === "seconds") granted = Math.min(granted, left);
    windows.push({ quota, key, expiresAt });
  }
  const charges = windows.map(({ quota: { unit, scope, limit }, key, expiresAt }) => {
    const amount = unit === "seconds" ? granted : 1;
    return { unit, scope, key, amount, expiresAt, bound: scope === "shared" ? limit : undefined };
  });
  return { fits: true, maxSeconds: granted, charges };
}

/** Returns what the consumer has left. Shared quotas are not the consumer's to know. */
export function readings(
  { usage }: Pick<ConsumerState, "usage">,
  quotas: readonly Quota[],
  now: number,
): readonly QuotaReading[] {
  return quotas
    .filter(({ scope }) => scope === "consumer")
    .map((quota) => {
      const { key, expiresAt } = windowOf(quota, now);
      const { name, unit, limit, windowSeconds } = quota;
      return {
        name,
        unit,
        limit,
        windowSeconds,
        left: Math.max(0, limit - usedIn(usage, key)),
        resetMs: expiresAt - now,
      };
    });
}

/** The window's length is part of the key, so a changed quota begins anew. */
function windowOf({ key, windowSeconds }: Quota, now: number): { readonly key: string; readonly expiresAt: number } {
  const windowMs = windowSeconds * 1000;
  const index = Math.floor(now / windowMs);
  return { key: `${key}:${windowSeconds}:${index}`, expiresAt: (index + 1) * windowMs };
}

const usedIn = (usage: ConsumerState["usage"], key: string): number =>
  usage.find((window) => window.key === key)?.used ?? 0;
