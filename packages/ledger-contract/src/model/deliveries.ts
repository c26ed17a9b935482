import type { Moved } from "@equos-broker/core";
import { type Books, beginStop, type Entry, entriesOf, entryOf, isIn } from "./books.js";

/** So many of the latest callers that were given a grant get the same delivery when they ask again. */
const remembered = 16;

/** The number that the next delivery to this consumer has. */
export function nextDelivery(books: Books, consumer: string): number {
  return (books.deliveries.get(consumer) ?? 0) + 1;
}

/** Hands the grant to a caller: puts a leave off, and the look that was planned. */
export function deliver(books: Books, entry: Entry, caller: string, now: number): number {
  const number = nextDelivery(books, entry.record.consumer);
  books.deliveries.set(entry.record.consumer, number);
  entry.given = [...entry.given, { number, caller, reachedNobody: false }];
  const { leaveAt: _putOff, ...record } = entry.record;
  entry.record = { ...record, deliveries: number };
  entry.comesUpAt = now + entry.terms.joinMs;
  if (entry.keptUntil !== undefined) entry.keptUntil = Math.max(entry.keptUntil, now + entry.terms.joinMs);
  return number;
}

/** The number that this caller was given, if it is one of the last that were. */
export function givenTo(entry: Entry, caller: string): number | undefined {
  return entry.given.slice(-remembered).findLast((delivery) => delivery.caller === caller)?.number;
}

/** All its grants are known to have reached nobody. */
export function reachedNobody(entry: Entry): boolean {
  return entry.given.length > 0 && entry.given.every((delivery) => delivery.reachedNobody) && !entry.heard;
}

export function leave(entry: Entry, graceMs: number, delivery: number | undefined, now: number): boolean {
  const { record } = entry;
  if (record.state !== "running" || record.leaveAt !== undefined || !isLatest(entry, delivery)) return false;
  entry.leave = { at: now + graceMs, after: record.deliveries };
  entry.record = { ...record, leaveAt: now + graceMs };
  // Whoever was heard of before is taken for the one that leaves.
  entry.heard = false;
  return true;
}

/** Without a number any delivery is meant. One that only some came after that reached nobody is as good as the latest. */
export function isLatest({ record, given }: Entry, delivery: number | undefined): boolean {
  if (delivery === undefined || delivery === record.deliveries) return true;
  const reached = given.slice(0, -remembered).filter(({ reachedNobody }) => !reachedNobody);
  const known = [...reached.slice(-1), ...given.slice(-remembered)];
  const isIts = known.some(({ number }) => number === delivery);
  return isIts && known.every(({ number, reachedNobody }) => number <= delivery || reachedNobody);
}

export function abandon(books: Books, reservation: string, delivery: number, now: number): Moved {
  const entry = entryOf(books, reservation);
  if (entry === undefined) return null;
  return { moved: reachesNobody(entry, delivery, now), record: entry.record };
}

/** A caller that heard no answer: it waits for nothing, and what it was given has reached nobody. What that has moved. */
export function giveUp(books: Books, consumer: string, caller: string, now: number): Entry[] {
  return entriesOf(books, consumer).filter((entry) => {
    const given = givenTo(entry, caller);
    const waited = stopWaiting(entry, caller);
    return given === undefined ? waited && lookAgain(entry, now) : reachesNobody(entry, given, now);
  });
}

function reachesNobody(entry: Entry, number: number, now: number): boolean {
  const isKnown = number >= (entry.given.at(-remembered)?.number ?? 0);
  entry.given = entry.given.map((given) =>
    isKnown && given.number === number ? { ...given, reachedNobody: true } : given,
  );
  return lookAgain(entry, now);
}

/** Whether it waited. */
function stopWaiting(entry: Entry, caller: string): boolean {
  const waited = entry.waiting.includes(caller);
  entry.waiting = entry.waiting.filter((other) => other !== caller);
  return waited;
}

export function unwait(books: Books, reservation: string, waiter: string, now: number): Moved {
  const entry = entryOf(books, reservation);
  if (entry === undefined) return null;
  stopWaiting(entry, waiter);
  return { moved: lookAgain(entry, now), record: entry.record };
}

/** One less has it or waits for it: whether it is stopped for that. If it is not, a leave may hold again. */
function lookAgain(entry: Entry, now: number): boolean {
  if (!isIn(entry, "running") || entry.waiting.length > 0 || entry.heard) return false;
  if (reachedNobody(entry)) {
    beginStop(entry, "client-gone", now);
    return true;
  }
  const { leave: said } = entry;
  if (said === undefined) return false;
  const later = entry.given.filter(({ number }) => number > said.after);
  if (later.every((delivery) => delivery.reachedNobody)) entry.record = { ...entry.record, leaveAt: said.at };
  return false;
}
