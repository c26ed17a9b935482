import type { EndReason, LedgerRecord, ReserveRequest } from "@equos-broker/core";
import type { Books, Tombstone } from "./books.js";

const keptMs = 60_000;

const fromThen: readonly EndReason[] = ["owner", "server", "replaced", "shutdown"];

/** What a running one leaves when it is stopped or ended for this reason, so long ago by upstream's word: one at most. */
export function tombstonesOf(record: LedgerRecord, reason: EndReason, now: number, agoMs?: number): Tombstone[] {
  const { consumer, fingerprint, endsAt = now } = record;
  const adopted = fingerprint === "";
  if (adopted) return [];
  if (fromThen.includes(reason)) return [{ consumer, fingerprint, since: now }];
  if (reason === "time-over") return [{ consumer, fingerprint, since: Math.min(now, endsAt) }];
  if (reason === "upstream" && agoMs !== undefined) {
    return [{ consumer, fingerprint, since: now - Math.max(0, agoMs) }];
  }
  return [];
}

export function bury(books: Books, record: LedgerRecord, reason: EndReason, now: number, agoMs?: number): void {
  books.tombstones = [...books.tombstones, ...tombstonesOf(record, reason, now, agoMs)];
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
