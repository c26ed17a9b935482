import type { EndReason, LedgerRecord, StepResult } from "@equos-broker/core";
import { type Books, beginStop, type Entry, forget, move } from "./books.js";
import { end } from "./moves.js";
import { bury, forgetTombstones } from "./tombstones.js";

/** So long after `endsAt` upstream has ended a conversation by itself, if it ever does. */
const endsLateMs = 2000;
const rememberMs = 10 * 60_000;

/** Announced ends are kept for ten minutes, tombstones for one. */
export function forgetOld(books: Books, now: number): void {
  for (const entry of books.entries) {
    if (entry.announcedAt !== undefined && now >= entry.announcedAt + rememberMs) forget(books, entry);
  }
  forgetTombstones(books, now);
}

export function due(books: Books, limit: number, now: number): StepResult<"due"> {
  const ready = books.entries
    .filter((entry) => nextTime(entry) <= now)
    .sort((a, b) => nextTime(a) - nextTime(b))
    .slice(0, limit);
  return {
    records: ready.map((entry) => handOut(books, entry, now)),
    pending: books.entries.some((entry) => nextTime(entry) < Number.POSITIVE_INFINITY),
    joinSeen: books.joinSeen,
    recovering: books.recovering,
    damaged: [],
  };
}

/** When time brings something to this entry. */
export function nextTime(entry: Entry): number {
  const { record, comesUpAt } = entry;
  switch (record.state) {
    case "reserved":
    case "stopping":
      return comesUpAt;
    case "unknown":
      return Math.min(comesUpAt, givenUpAt(entry));
    case "running":
      return Math.min(record.joined ? Number.POSITIVE_INFINITY : comesUpAt, ...stopTimes(entry).map(({ at }) => at));
    case "ended":
      return entry.announcedAt === undefined ? comesUpAt : Number.POSITIVE_INFINITY;
  }
}

function givenUpAt({ record, terms }: Entry): number {
  return record.reservedAt + terms.settleMs + record.maxSeconds * 1000;
}

/** What stops a running conversation, what comes first first. */
function stopTimes({ record, keptUntil }: Entry): { readonly at: number; readonly reason: EndReason }[] {
  const times: { at: number; reason: EndReason }[] = [];
  if (record.leaveAt !== undefined) times.push({ at: record.leaveAt, reason: "left" });
  if (keptUntil !== undefined) times.push({ at: keptUntil, reason: "keepalive-missed" });
  if (record.endsAt !== undefined) times.push({ at: record.endsAt + endsLateMs, reason: "time-over" });
  return times.sort((a, b) => a.at - b.at);
}

function handOut(books: Books, entry: Entry, now: number): LedgerRecord {
  if (entry.record.state === "reserved") {
    move(entry, "unknown", false, now);
    entry.heldUntil = now + entry.terms.holdMs;
  }
  if (entry.record.state === "unknown" && now >= givenUpAt(entry)) {
    end(books, entry, "given-up", {}, now);
    return { ...entry.record, attempts: 1 };
  }
  const stop = entry.record.state === "running" ? stopTimes(entry).find(({ at }) => at <= now) : undefined;
  if (stop !== undefined) {
    beginStop(entry, stop.reason, now);
    bury(books, entry.record, stop.reason, now);
    return entry.record;
  }
  entry.record = { ...entry.record, attempts: entry.record.attempts + 1 };
  entry.out = true;
  entry.comesUpAt = now + entry.terms.leaseMs;
  return entry.record;
}

/** Given back, once: it comes up again earlier or later than its lease. */
export function retry(entry: Entry, attempts: number, afterMs: number, now: number): boolean {
  if (!entry.out || entry.record.attempts !== attempts || entry.announcedAt !== undefined) return false;
  entry.out = false;
  entry.comesUpAt = now + afterMs;
  return true;
}
