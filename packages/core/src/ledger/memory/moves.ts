import { allows, type EndReason } from "../states.js";
import type { LedgerSteps, Moved, StepRequest } from "../steps.js";
import { givenTo } from "./deliveries.js";
import { type Entry, newEntry, recordOf } from "./entry.js";
import type { MemoryBooks } from "./memory-books.js";

// The steps that bring a conversation from one state to the next.

export const unmoved = (entry: Entry) => ({ moved: false, record: recordOf(entry) });
export const moved = (entry: Entry) => ({ moved: true, record: recordOf(entry) });

export function commit(books: MemoryBooks, request: StepRequest<"commit">): LedgerSteps["commit"]["result"] {
  const entry = books.entries.get(request.reservation);
  if (entry === undefined) return null;
  if (!allows("commit", entry.state)) {
    const mine = entry.state === "running" && entry.conversation === request.conversation;
    return { ...unmoved(entry), delivery: (mine && givenTo(entry, entry.reservation)) || 0 };
  }
  books.entries.identify(entry, request.conversation, request.token);
  entry.payload = request.payload;
  entry.startedAt = books.now;
  entry.endsAt = books.now + request.maxSeconds * 1000;
  entry.joinBy = books.now + entry.terms.joinMs;
  entry.checkedAt = books.now;
  books.handOver(entry, entry.reservation);
  books.move("commit", entry);
  return { ...moved(entry), delivery: entry.deliveries };
}

export function doubt(books: MemoryBooks, { reservation, holdMs }: StepRequest<"doubt">): Moved {
  const entry = books.entries.get(reservation);
  if (entry === undefined) return null;
  if (!allows("doubt", entry.state)) return unmoved(entry);
  books.doubt(entry, holdMs);
  return moved(entry);
}

export function found(books: MemoryBooks, { reservation, conversation, reason }: StepRequest<"found">): Moved {
  const entry = books.entries.get(reservation);
  if (entry === undefined) return null;
  if (!allows("found", entry.state)) return unmoved(entry);
  books.entries.identify(entry, conversation);
  books.entries.count(entry);
  entry.startedAt = entry.reservedAt;
  entry.endsAt = books.now + entry.maxSeconds * 1000;
  books.beginStop(entry, reason, "found");
  return moved(entry);
}

/** `running → stopping`, or as it is. */
export function stopEntry(books: MemoryBooks, entry: Entry, reason: EndReason): NonNullable<Moved> {
  if (!allows("stop", entry.state)) return unmoved(entry);
  books.beginStop(entry, reason);
  return moved(entry);
}

export function end(books: MemoryBooks, { reservation, reason, ...told }: StepRequest<"end">): Moved {
  const entry = books.entries.get(reservation);
  if (entry === undefined) return null;
  if (!allows("end", entry.state)) return unmoved(entry);
  endEntry(books, entry, reason, told);
  return moved(entry);
}

/** What upstream has told of an end. */
type Told = Pick<StepRequest<"end">, "seconds" | "agoMs">;

export function endEntry(
  books: MemoryBooks,
  entry: Entry,
  reason: EndReason,
  { seconds = spent(entry, books.now), agoMs }: Told = {},
): void {
  entry.seconds = Math.min(seconds, entry.maxSeconds);
  const nothingSent = entry.state === "reserved" && reason === "not-started";
  for (const charge of entry.charges) {
    if (charge.unit === "seconds") books.meters.giveBack(charge, charge.amount - entry.seconds);
    else if (nothingSent) books.meters.giveBack(charge, charge.amount);
  }
  entry.charges = [];
  entry.endedAt = books.now;
  books.move("end", entry, reason, agoMs);
  books.entries.release(entry);
  if (entry.conversation === undefined) books.forget(entry);
  // Whoever ends it announces it.
  else books.lease(entry);
}

function spent({ state, maxSeconds, startedAt }: Entry, now: number): number {
  if (state === "reserved") return 0;
  return startedAt === undefined ? maxSeconds : Math.ceil((now - startedAt) / 1000);
}

export function announced(books: MemoryBooks, { reservation }: StepRequest<"announced">): Moved {
  const entry = books.entries.get(reservation);
  if (entry === undefined) return null;
  if (entry.state !== "ended" || entry.announcedAt !== undefined) return unmoved(entry);
  books.remember(entry);
  return moved(entry);
}

export function adopt(books: MemoryBooks, request: StepRequest<"adopt">): Moved {
  const { entries, now } = books;
  const { reservation, conversation, consumer, payload, maxSeconds, elapsedMs, terms } = request;
  const known = entries.get(reservation) ?? entries.byConversation(conversation);
  if (known !== undefined) return unmoved(known);
  const reservedAt = now - elapsedMs;
  const deliveries = entries.latestDeliveryOf(consumer);
  const init = { reservation, consumer, fingerprint: "", payload, terms, maxSeconds, reservedAt, deliveries };
  const entry = newEntry(init);
  entries.add(entry);
  entries.identify(entry, conversation);
  entry.startedAt = reservedAt;
  entry.endsAt = reservedAt + maxSeconds * 1000;
  entry.joined = true;
  books.move("commit", entry);
  if (request.reason !== undefined) books.beginStop(entry, request.reason);
  return moved(entry);
}
