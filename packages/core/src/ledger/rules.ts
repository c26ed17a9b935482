import { type Entry, reachedNobody } from "./entry.js";
import type { ReserveOutcome, ReserveRequest } from "./ledger.js";

/** A second start waits for the one in flight, if not too many do. */
export function joinQueue(entry: Entry, { reservation, maxWaiting }: ReserveRequest): ReserveOutcome {
  if (entry.waiting.size >= maxWaiting) return { outcome: "crowded" };
  entry.waiting.add(reservation);
  return { outcome: "in-flight", reservation: entry.reservation };
}

/** What a start does with the consumer's running conversation; a reason means that it is stopped. */
export function choose(entry: Entry, request: ReserveRequest, waited: boolean, now: number) {
  if (now >= (entry.endsAt ?? Number.POSITIVE_INFINITY)) return "time-over";
  const same = entry.fingerprint === request.fingerprint;
  // The second of two clicks gets what the first one started, whatever either of them asked for.
  if (waited && same) return "resume";
  const choice = same ? request.same : request.other;
  // One whose grant reached nobody is in nobody's way.
  if (choice === "reject") return reachedNobody(entry) ? "client-gone" : "reject";
  return choice === "resume" && !request.fresh ? "resume" : "replaced";
}

/** The word of a page that is not, or no longer, the one with the grant. */
export const isOutdated = (entry: Entry, delivery: number | undefined): boolean =>
  delivery !== undefined && delivery !== entry.deliveries;
