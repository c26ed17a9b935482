import type { ReserveRequest } from "../reservation.js";
import type { EndReason, Transition } from "../states.js";
import type { Entry } from "./entry.js";

const KEPT_MS = 60_000;

/**
 * Since when nothing is to follow, by consumer and fingerprint: the records may be forgotten earlier. Of the same two none
 * starts while another runs, so the last one set is the latest.
 */
export class Tombstones {
  /** In the order in which they were set: not that of their times, but none is for a time to come, and each goes in a minute. */
  readonly #since = new Map<string, number>();

  /** To be called before a running conversation moves. */
  note(transition: Transition, entry: Entry, reason: EndReason | undefined, now: number): void {
    const since = sinceOf(transition, entry, reason, now);
    // Adopted: nobody knows what it was.
    if (since === undefined || entry.fingerprint === "") return;
    const key = keyOf(entry);
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
  transition: Transition,
  { endsAt }: Entry,
  reason: EndReason | undefined,
  now: number,
): number | undefined {
  if (reason === "time-over") return Math.min(now, endsAt ?? now);
  return reason === "owner" && transition === "stop" ? now : undefined;
}

/** With its length, so that no two pairs come to the same. */
const keyOf = ({ consumer, fingerprint }: Pick<Entry, "consumer" | "fingerprint">): string =>
  `${consumer.length} ${consumer}${fingerprint}`;
