import type { Claimed } from "../claim.js";
import type { Moved, StepRequest, StepResult } from "../steps.js";
import { claimed } from "./claims.js";
import { givenTo, isOutdated, noteReachedNobody, onlyLeft, reachedNobody } from "./deliveries.js";
import { type Entry, recordOf } from "./entry.js";
import type { MemoryBooks } from "./memory-books.js";
import { endEntry, moved, stopEntry, unmoved } from "./moves.js";

// The steps that say who is there: somebody, nobody, or no longer.

/** What a step does with the one record that a claim names. */
function withClaimed(
  books: MemoryBooks,
  claim: StepRequest<"find">["claim"],
  step: (entry: Entry) => NonNullable<Moved>,
): Claimed {
  const entry = claimed(books.entries, claim);
  return "claim" in entry ? entry : { claim: "found", ...step(entry) };
}

export const find = (books: MemoryBooks, { claim }: StepRequest<"find">): Claimed => withClaimed(books, claim, unmoved);

export function stop(books: MemoryBooks, request: StepRequest<"stop">): Claimed {
  return withClaimed(books, request.claim, (entry) => {
    const refused = isOutdated(entry, request.delivery) || (request.unjoined === true && entry.joined);
    return refused ? unmoved(entry) : stopEntry(books, entry, request.reason);
  });
}

export function leave(books: MemoryBooks, { claim, graceMs, delivery }: StepRequest<"leave">): Claimed {
  return withClaimed(books, claim, (entry) => {
    if (entry.state !== "running" || isOutdated(entry, delivery) || entry.leaveAt !== undefined) return unmoved(entry);
    entry.leaveAt = books.now + graceMs;
    entry.putOff = undefined;
    entry.held = false;
    books.timetable.schedule(entry);
    return moved(entry);
  });
}

export function keep(books: MemoryBooks, { claim, keepMs }: StepRequest<"keep">): Claimed {
  const outcome = withClaimed(books, claim, (entry) => {
    if (entry.state !== "running") return unmoved(entry);
    const first = !entry.joined;
    entry.joined = true;
    entry.held = true;
    entry.keepUntil = books.now + keepMs;
    books.timetable.schedule(entry);
    return { moved: first, record: recordOf(entry) };
  });
  return outcome.claim === "in-flight" ? { claim: "none" } : outcome;
}

export function joined(books: MemoryBooks, { reservation }: StepRequest<"joined">): Moved {
  const entry = books.entries.get(reservation);
  if (entry === undefined) return null;
  if (entry.state !== "running" || entry.joined) return unmoved(entry);
  entry.joined = true;
  books.joinSeen = true;
  books.timetable.schedule(entry);
  return moved(entry);
}

export function abandon(books: MemoryBooks, { reservation, delivery }: StepRequest<"abandon">): Moved {
  const entry = books.entries.get(reservation);
  if (entry === undefined) return null;
  noteReachedNobody(entry, delivery);
  return lookAgain(books, entry);
}

export function withdraw(
  books: MemoryBooks,
  { consumer, reservation }: StepRequest<"withdraw">,
): StepResult<"withdraw"> {
  const own = books.entries.get(reservation);
  if (own?.state === "reserved") endEntry(books, own, "not-started");
  const records = books.entries.liveOf(consumer).flatMap((entry) => {
    const waited = entry.waiting?.delete(reservation);
    const delivery = givenTo(entry, reservation);
    if (delivery !== undefined) noteReachedNobody(entry, delivery);
    const step = waited || delivery !== undefined ? lookAgain(books, entry) : unmoved(entry);
    return step.moved ? [step.record] : [];
  });
  return { records };
}

export function unwait(books: MemoryBooks, { reservation, waiter }: StepRequest<"unwait">): Moved {
  const entry = books.entries.get(reservation);
  if (entry === undefined) return null;
  entry.waiting?.delete(waiter);
  return lookAgain(books, entry);
}

/** What follows from one caller less. */
function lookAgain(books: MemoryBooks, entry: Entry): NonNullable<Moved> {
  if (reachedNobody(entry)) return stopEntry(books, entry, "client-gone");
  if (entry.state === "running" && entry.putOff !== undefined && onlyLeft(entry)) {
    entry.leaveAt = entry.putOff.leaveAt;
    entry.putOff = undefined;
    books.timetable.schedule(entry);
  }
  return unmoved(entry);
}
