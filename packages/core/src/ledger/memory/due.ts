import type { LedgerRecord } from "../record.js";
import type { EndReason } from "../states.js";
import type { LedgerSteps, StepRequest } from "../steps.js";
import { type Entry, recordOf } from "./entry.js";
import type { MemoryBooks } from "./memory-books.js";
import { endEntry } from "./moves.js";
import { givenUpAt, overAt } from "./timetable.js";

/** The step `due`: costs what is due, whatever else there is. */
export function due(books: MemoryBooks, { limit }: StepRequest<"due">): LedgerSteps["due"]["result"] {
  const records: LedgerRecord[] = [];
  while (records.length < limit) {
    const entry = books.timetable.takeDue(books.now);
    if (entry === undefined) break;
    records.push(bring(books, entry));
  }
  return { records, pending: books.timetable.size > 0, joinSeen: books.joinSeen, recovering: false, damaged: [] };
}

/** What time has brought to one entry, for somebody to see to it. */
function bring(books: MemoryBooks, entry: Entry): LedgerRecord {
  const { now } = books;
  if (entry.state === "reserved") books.doubt(entry, entry.terms.holdMs);
  if (entry.state === "unknown" && now >= givenUpAt(entry)) {
    endEntry(books, entry, "given-up");
    return recordOf(entry);
  }
  const reason = entry.state === "running" ? overdue(entry, now) : undefined;
  if (reason !== undefined) books.move("stop", entry, reason);
  books.handOut(entry);
  return recordOf(entry);
}

/** What ends a running conversation by now: whichever came first. */
function overdue(entry: Entry, now: number): EndReason | undefined {
  const causes: readonly [number | undefined, EndReason][] = [
    [entry.leaveAt, "left"],
    [entry.keepUntil, "keepalive-missed"],
    [overAt(entry), "time-over"],
  ];
  let first: { readonly at: number; readonly reason: EndReason } | undefined;
  for (const [at, reason] of causes) {
    if (at !== undefined && at <= now && at < (first?.at ?? Number.POSITIVE_INFINITY)) first = { at, reason };
  }
  return first?.reason;
}
