import type { EndReason, LedgerRecord, ReserveRequest } from "@equos-broker/core";
import type { Books, Tombstone } from "./books.js";

const keptMs = 60_000;

/** What a running one leaves when it is stopped for this reason: one at most. */
export function tombstonesOf(record: LedgerRecord, reason: EndReason, now: number): Tombstone[] {
  const { consumer, fingerprint, endsAt = now } = record;
  const adopted = fingerprint === "";
  if (adopted) return [];
  if (reason === "owner") return [{ consumer, fingerprint, since: now }];
  if (reason === "time-over") return [{ consumer, fingerprint, since: Math.min(now, endsAt) }];
  return [];
}

export function bury(books: Books, record: LedgerRecord, reason: EndReason, now: number): void {
  books.tombstones = [...books.tombstones, ...tombstonesOf(record, reason, now)];
}

/** Rule 4 of `reserve`: for how many more ms it starts nothing. */
export function tombstoneLeft(
  tombstones: readonly Tombstone[],
  { consumer, fingerprint, tombstoneMs = 0 }: ReserveRequest,
  now: number,
): number {
  const left = tombstones
    .filter((one) => one.consumer === consumer && one.fingerprint === fingerprint)
    .map(({ since }) => since + tombstoneMs - now);
  return Math.max(0, ...left);
}

export function forgetTombstones(books: Books, now: number): void {
  books.tombstones = books.tombstones.filter(({ since }) => now < since + keptMs);
}
