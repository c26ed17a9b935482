import { gaps, type Interval, union } from "./intervals.js";

/** A request that a server can only answer with the help of the store. */
export interface Probe {
  readonly sentAt: number;
  readonly endedAt: number;
  readonly ok: boolean;
}

/** Longer without a good answer, and a server is not taken for available in between. */
const GAP_MS = 900;

/** When a server was able to work: between probes that it answered well, one after the other. */
export function ableTimes(probes: readonly Probe[]): Interval[] {
  const able: Interval[] = [];
  let last: Probe | undefined;
  for (const probe of probes) {
    if (!probe.ok) {
      last = undefined;
      continue;
    }
    if (last !== undefined && probe.sentAt - last.endedAt <= GAP_MS) able.push([last.sentAt, probe.endedAt]);
    last = probe;
  }
  return union(able);
}

/**
 * When no server was able to work. One that has just become able looks for what is due after a sweep's interval, so
 * that much of each able time does not count. `stalls`: the harness itself, and Equos with it, stood still.
 */
export function outagesOf(
  probes: readonly (readonly Probe[])[],
  whole: Interval,
  sweepMs: number,
  stalls: readonly Interval[],
): Interval[] {
  const working = probes.flatMap((ofServer) =>
    ableTimes(ofServer)
      .map(([from, to]): Interval => [from + sweepMs, to])
      .filter(([from, to]) => from < to),
  );
  return union([...gaps(whole, working), ...stalls]);
}

/** Times in which a server and the store were up for so long that the server had to work, and did not. */
export function unrecovered(
  probes: readonly Probe[],
  awake: readonly Interval[],
  storeAwake: readonly Interval[],
  withinMs: number,
): Interval[] {
  const able = ableTimes(probes);
  return awake.flatMap(([from, to]) =>
    storeAwake
      .map(([start, end]): Interval => [Math.max(from, start), Math.min(to, end)])
      .filter(([start, end]) => end - start > withinMs)
      .filter(([start, end]) => !able.some(([a, b]) => a < end && b > start)),
  );
}
