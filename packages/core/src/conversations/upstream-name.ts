import type { Settings } from "../settings.js";

/** What the name of every conversation at Equos ends in: ids only, nothing personal. An unknown start is found by it. */
export interface UpstreamName {
  /** Empty without the option `deployment`. */
  readonly deployment: string;
  readonly storeId: string;
  /** `<consumer key>.<random>`: leads to the state. */
  readonly reservation: string;
  /** The consumer has a tenant, which Equos does not know. */
  readonly hasTenant: boolean;
  /** The page has promised heartbeats. */
  readonly sendsHeartbeats: boolean;
}

const NAME = /(?:^|\s)eqb:([\w.-]*):([0-9a-z]+-[0-9a-z]+):([\w-]+\.[\w-]+)(?::(t?h?))?$/;

export function writeName({ deployment, storeId, reservation, hasTenant, sendsHeartbeats }: UpstreamName): string {
  const flags = `${hasTenant ? "t" : ""}${sendsHeartbeats ? "h" : ""}`;
  return `eqb:${deployment}:${storeId}:${reservation}${flags === "" ? "" : `:${flags}`}`;
}

export function readName(name: string): UpstreamName | undefined {
  const [, deployment, storeId, reservation, flags = ""] = NAME.exec(name) ?? [];
  if (deployment === undefined || storeId === undefined || reservation === undefined) return undefined;
  return { deployment, storeId, reservation, hasTenant: flags.includes("t"), sendsHeartbeats: flags.includes("h") };
}

/** Returns when the store with this id was opened first, in ms by its own clock. */
export const openedAt = (storeId: string): number => Number.parseInt(storeId, 36);

/** The consumer key is the part of a reservation before the dot. */
export const consumerOf = (reservation: string): string => reservation.slice(0, reservation.indexOf("."));

const DAY_MS = 86_400_000;

/** Formatting a date costs more than the rest of a start's checks, so the latest day is kept. */
let latestDay = { index: -1, text: "" };

/** Returns the day's segment, so that what may still run is in few and short lists. */
export function daySegment(deployment: string | undefined, time: number): string {
  const index = Math.floor(time / DAY_MS);
  if (latestDay.index !== index) {
    latestDay = { index, text: new Date(time).toISOString().slice(0, 10).replaceAll("-", "") };
  }
  return `${deployment ?? "equos-broker"}/${latestDay.text}`;
}

/**
 * Returns the segments of all conversations of this deployment that may still run: none runs longer than a day, and clocks
 * differ by up to ten minutes. With segments of the team's own they can be anywhere: `undefined` is the whole organization.
 */
export function segmentsThatMayRun({ client, deployment, clock }: Settings): readonly (string | undefined)[] {
  if (client !== undefined) return [undefined];
  const now = clock.now();
  const times = [now - DAY_MS - 600_000, now - DAY_MS, now, now + 600_000];
  return [...new Set(times.map((time) => daySegment(deployment, time)))];
}
