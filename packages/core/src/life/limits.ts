import type { Consumer } from "../consumer.js";
import type { Digests } from "../digests.js";
import type { Meter } from "../ledger/reservation.js";
import { type Limits, limitsSchema, type Quota } from "../limits.js";
import { check } from "../option-checks.js";
import type { Parts } from "../parts.js";
import { network } from "./network.js";
import { teamCode } from "./team-code.js";

/** The names of meters, in the order in which a start has to pass them. */
export type MeterName = "starts" | "ip-starts" | "seconds" | "overall-seconds";

export async function limitsFor(parts: Parts, consumer: Consumer): Promise<Limits> {
  const { limits } = parts.options;
  if (typeof limits !== "function") return limits ?? {};
  return check(limitsSchema(), await teamCode(parts, "limits", () => limits({ consumer })), "limits.");
}

/**
 * What a start is counted by. The window's length is part of the key, so that a changed quota begins anew.
 *
 * `ip`: the client's address; `undefined` for starts that come from no client.
 */
export async function metersOf(
  { perConsumer, perIp, overall }: Limits,
  digests: Digests,
  consumer: string,
  ip: string | undefined,
): Promise<readonly Meter[]> {
  const meters: Meter[] = [];
  const add = (name: MeterName, unit: Meter["unit"], who: string, quota: Quota | undefined) => {
    if (quota === undefined) return;
    const { max, perSeconds } = quota;
    meters.push({ name, key: `${name}:${perSeconds}:${who}`, unit, max, windowMs: perSeconds * 1000 });
  };
  add("starts", "starts", consumer, perConsumer?.starts);
  if (perIp !== undefined && ip !== undefined) {
    add("ip-starts", "starts", await digests.network(network(ip)), perIp.starts);
  }
  add("seconds", "seconds", consumer, perConsumer?.seconds);
  add("overall-seconds", "seconds", "", overall?.seconds);
  return meters;
}
