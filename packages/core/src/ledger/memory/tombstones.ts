import type { ReserveRequest } from "../reservation.js";
import type { EndReason } from "../states.js";
import type { Entry } from "./entry.js";

const KEPT_MS = 60_000;

/** Those that count from when a step has moved a running one. */
const fromThen: ReadonlySet<EndReason | undefined> = new Set(["owner", "server", "replaced", "shutdown"]);

/** Since when nothing is to follow, by consumer and fingerprint: the records may be forgotten earlier. */
export class Tombstones {
  /** In the order in which they were set: not that of their times, but none is for a time to come, and each goes in a minute. */
  readonly #since = new Map<string, number>();

  /** To be called before a running conversation moves. `agoMs`: so long ago upstream had ended it. */
  note(entry: Entry, reason: EndReason | undefined, now: number, agoMs: number | undefined): void {
    const since = sinceOf(entry, reason, now, agoMs);
    // Adopted: nobody knows what it was.
    if (since === undefined || entry.fingerprint === "") return;
    const key = keyOf(entry);
    // Upstream's word may tell of a time before this one started.
    if (since < (this.#since.get(key) ?? since)) return;
    this.#since.delete(key);
    this.#since.set(key, since);
  }

  /**
   * For how long a tombstone still stands in the way of this request, in ms; not above 0: none does. `over`: one of its
   * fingerprint that still runs though its time is over, and so is later than all that have left one.
   */
  left(request: ReserveRequest, now: number, over: Entry | undefined): number {
    const { tombstoneMs, fingerprint } = request;
    if (tombstoneMs === undefined || fingerprint === "") return 0;
    const since = over?.endsAt ?? this.#since.get(keyOf(request));
    return since === undefined ? 0 : since + tombstoneMs - now;
  }

  forgetOld(now: number): void {
    for (const [key, since] of this.#since) {
      if (now - since < KEPT_MS) return;
      this.#since.delete(key);
    }
  }
}

function sinceOf(
  { endsAt }: Entry,
  reason: EndReason | undefined,
  now: number,
  agoMs: number | undefined,
): number | undefined {
  if (fromThen.has(reason)) return now;
  if (reason === "time-over") return Math.min(now, endsAt ?? now);
  return reason === "upstream" && agoMs !== undefined ? now - Math.max(0, agoMs) : undefined;
}

/** With its length, so that no two pairs come to the same. */
const keyOf = ({ consumer, fingerprint }: Pick<Entry, "consumer" | "fingerprint">): string =>
  `${consumer.length} ${consumer}${fingerprint}`;
