import type { EndReason, Moved, StepRequest, StepResult } from "@equos-broker/core";
import { type Books, beginStop, type Entry, entryOf, forget, isIn, move } from "./books.js";
import { deliver, giveUp } from "./deliveries.js";
import { settle } from "./meters.js";
import { bury } from "./tombstones.js";

/** Runs `change` on the entry if it is there; the entry has moved if that says so. */
export function moving(books: Books, reservation: string, change: (entry: Entry) => boolean): Moved {
  const entry = entryOf(books, reservation);
  return entry === undefined ? null : { moved: change(entry), record: entry.record };
}

export function commit(books: Books, request: StepRequest<"commit">, now: number): StepResult<"commit"> {
  const entry = entryOf(books, request.reservation);
  if (entry === undefined) return null;
  const { conversation, payload, maxSeconds } = request;
  if (!isIn(entry, "reserved")) {
    const again = isIn(entry, "running") && entry.record.conversation === conversation;
    return { moved: false, record: entry.record, delivery: again ? (entry.given[0]?.number ?? 0) : 0 };
  }
  move(entry, "running", false, 0);
  const endsAt = now + maxSeconds * 1000;
  entry.record = { ...entry.record, conversation, payload, startedAt: now, endsAt };
  entry.token = request.token;
  entry.checkedAt = now;
  const delivery = deliver(books, entry, request.reservation, now);
  return { moved: true, record: entry.record, delivery };
}

export function doubt(entry: Entry, holdMs: number, now: number): boolean {
  if (!isIn(entry, "reserved")) return false;
  move(entry, "unknown", false, now);
  entry.heldUntil = now + holdMs;
  return true;
}

export function found(entry: Entry, conversation: string, reason: EndReason, now: number): boolean {
  if (!isIn(entry, "reserved", "unknown")) return false;
  beginStop(entry, reason, now);
  entry.record = { ...entry.record, conversation, startedAt: entry.record.reservedAt };
  return true;
}

/** Somebody is in it. Whether nobody was known to be before. */
export function join(entry: Entry): boolean {
  if (!isIn(entry, "running") || entry.record.joined) return false;
  entry.record = { ...entry.record, joined: true };
  return true;
}

export function keep(entry: Entry, keepMs: number, now: number): boolean {
  if (!isIn(entry, "running")) return false;
  entry.heard = true;
  entry.keptUntil = now + keepMs;
  return join(entry);
}

/** What upstream has told of an end. */
type Told = Pick<StepRequest<"end">, "seconds" | "agoMs">;

export function end(books: Books, entry: Entry, reason: EndReason, told: Told, now: number): boolean {
  if (isIn(entry, "ended")) return false;
  const seconds = Math.min(told.seconds ?? secondsOf(entry, now), entry.record.maxSeconds);
  settle(books, entry.charges, { seconds, notStarted: isIn(entry, "reserved") && reason === "not-started" }, now);
  if (isIn(entry, "running")) bury(books, entry.record, reason, now, told.agoMs);
  // Whoever ends it announces it, and has so long for that.
  move(entry, "ended", false, now + entry.terms.leaseMs);
  entry.record = { ...entry.record, reason: entry.record.reason ?? reason, seconds, endedAt: now };
  if (entry.record.conversation === undefined) forget(books, entry);
  return true;
}

function secondsOf({ record }: Entry, now: number): number {
  if (record.state === "reserved") return 0;
  if (record.startedAt === undefined) return record.maxSeconds;
  return Math.ceil((now - record.startedAt) / 1000);
}

export function withdraw(
  books: Books,
  { consumer, reservation }: StepRequest<"withdraw">,
  now: number,
): StepResult<"withdraw"> {
  const own = entryOf(books, reservation);
  if (own !== undefined && isIn(own, "reserved")) end(books, own, "not-started", {}, now);
  return { records: giveUp(books, consumer, reservation, now).map(({ record }) => record) };
}

export function announce(entry: Entry, now: number): boolean {
  if (!isIn(entry, "ended") || entry.announcedAt !== undefined) return false;
  entry.announcedAt = now;
  entry.record = { ...entry.record, payload: "" };
  return true;
}
