import type { ReserveOutcome, ReserveRequest } from "../reservation.js";
import type { EndReason } from "../states.js";
import { givenTo, reachedNobody } from "./deliveries.js";
import { blocks, type Entry, newEntry, recordOf } from "./entry.js";
import type { MemoryBooks } from "./memory-books.js";

type Stops = Map<Entry, EndReason>;

/** The step `reserve`, rule by rule as `LedgerSteps.reserve` tells it. */
export function reserve(books: MemoryBooks, request: ReserveRequest): ReserveOutcome {
  const { entries, now } = books;
  const own = entries.get(request.reservation);
  const live = entries.liveOf(request.consumer);
  if (own !== undefined) return own.state === "reserved" ? reservedAgain(books, own, request) : { outcome: "spent" };

  const waitedFor = new Set(live.filter(({ waiting }) => waiting?.delete(request.reservation)));
  const stops: Stops = new Map();
  const blocking = live.filter((entry) => blocks(entry, now));
  const same = blocking.find(({ fingerprint }) => fingerprint === request.fingerprint);
  const answer =
    (same && aboutTheSame(books, same, request, waitedFor.has(same), stops)) ??
    aboutTombstone(books, request, same, stops) ??
    aboutTheOthers(books, blocking, same, request, stops) ??
    aboutEverybody(books, live, request, stops);
  if (answer !== undefined) return answer;

  const taken = fitIntoMeters(books, request);
  if ("outcome" in taken) return taken;
  return write(books, request, taken.maxSeconds, stops);
}

/** Rule 3. */
function aboutTheSame(
  books: MemoryBooks,
  entry: Entry,
  request: ReserveRequest,
  waited: boolean,
  stops: Stops,
): ReserveOutcome | undefined {
  if (entry.state === "reserved") return joinQueue(entry, request);
  if (entry.state === "unknown") return inDoubt(entry, books.now);
  const over = isOver(entry, books.now);
  const again = givenTo(entry, request.reservation) !== undefined;
  if (!over && (again || waited || (request.same === "resume" && !request.fresh))) return books.deliver(entry, request);
  const reason = stopReason(entry, request.same, over);
  if (reason === undefined) return inTheWay(books, entry, request);
  stops.set(entry, reason);
  return undefined;
}

/** Rule 4. */
function aboutTombstone(
  { tombstones, now }: MemoryBooks,
  request: ReserveRequest,
  same: Entry | undefined,
  stops: Stops,
): ReserveOutcome | undefined {
  const over = same !== undefined && stops.get(same) === "time-over" ? same : undefined;
  const retryAfterMs = tombstones.left(request, now, over);
  return retryAfterMs > 0 ? { outcome: "stopped", retryAfterMs } : undefined;
}

/** Rule 5. */
function aboutTheOthers(
  books: MemoryBooks,
  blocking: readonly Entry[],
  same: Entry | undefined,
  request: ReserveRequest,
  stops: Stops,
): ReserveOutcome | undefined {
  const others = blocking.filter((entry) => entry !== same);
  const running = others.filter(({ state }) => state === "running");
  let busy = others.length;
  for (const entry of running) {
    if (busy < request.active) return undefined;
    const reason = stopReason(entry, request.other, isOver(entry, books.now));
    if (reason === undefined) continue;
    stops.set(entry, reason);
    busy -= 1;
  }
  if (busy < request.active) return undefined;
  const rejecting = running.find((entry) => !stops.has(entry));
  if (rejecting !== undefined) return inTheWay(books, rejecting, request);
  const reserved = others.find(({ state }) => state === "reserved");
  if (reserved !== undefined) return joinQueue(reserved, request);
  const doubts = others.filter(({ state }) => state === "unknown");
  const soonest = Math.min(...doubts.map(({ holdUntil }) => holdUntil ?? 0));
  return { outcome: "in-doubt", retryAfterMs: Math.max(0, soonest - books.now) };
}

/** Rules 6 and 7, and room in the ledger itself. */
function aboutEverybody(
  books: MemoryBooks,
  live: readonly Entry[],
  { overallActive }: ReserveRequest,
  stops: Stops,
): ReserveOutcome | undefined {
  const limited = (by: string): ReserveOutcome => ({ outcome: "limited", by, retryAfterMs: 0, readings: [] });
  const replaces = live.filter((entry) => isReplaced(entry, stops)).length;
  if (overallActive !== undefined && books.active() - replaces >= overallActive) return limited("overall-active");
  return books.entries.size >= books.capacity ? limited("capacity") : undefined;
}

/** Rule 8. */
function fitIntoMeters({ meters, now }: MemoryBooks, request: ReserveRequest): ReserveOutcome | { maxSeconds: number } {
  let maxSeconds = request.maxSeconds;
  for (const meter of request.meters) {
    const { left, resetMs } = meters.reading(meter, now);
    const enough = meter.unit === "starts" ? left >= 1 : left >= request.minSeconds;
    if (!enough) {
      const readings = request.meters.map((each) => meters.reading(each, now));
      return { outcome: "limited", by: meter.name, retryAfterMs: resetMs, readings };
    }
    if (meter.unit === "seconds") maxSeconds = Math.min(maxSeconds, left);
  }
  return { maxSeconds };
}

/** Rule 9. */
function write(books: MemoryBooks, request: ReserveRequest, maxSeconds: number, stops: Stops): ReserveOutcome {
  const { entries, meters, now } = books;
  for (const [entry, reason] of stops) books.beginStop(entry, reason);
  const { reservation, consumer, fingerprint, payload, terms } = request;
  const deliveries = entries.latestDeliveryOf(consumer);
  const init = { reservation, consumer, fingerprint, payload, terms, maxSeconds, reservedAt: now, deliveries };
  const entry = newEntry(init);
  const charges = request.meters.map((meter) => meters.charge(meter, meter.unit === "starts" ? 1 : maxSeconds, now));
  if (charges.length > 0) entry.charges = charges;
  entries.add(entry);
  books.timetable.schedule(entry);
  return reservedAgain(books, entry, request);
}

function reservedAgain({ entries, meters, now }: MemoryBooks, entry: Entry, request: ReserveRequest): ReserveOutcome {
  const stopping = entries.liveOf(entry.consumer).filter(({ state }) => state === "stopping");
  const readings = request.meters.map((meter) => meters.reading(meter, now));
  return { outcome: "reserved", maxSeconds: entry.maxSeconds, replaces: stopping.map(recordOf), readings };
}

/** A second start waits for the one in flight, if not too many do. */
function joinQueue(entry: Entry, { reservation, maxWaiting }: ReserveRequest): ReserveOutcome {
  entry.waiting ??= new Set();
  if (entry.waiting.size >= maxWaiting) return { outcome: "crowded" };
  entry.waiting.add(reservation);
  return { outcome: "in-flight", reservation: entry.reservation };
}

const inTheWay = (books: MemoryBooks, entry: Entry, { checkMs }: ReserveRequest): ReserveOutcome => ({
  outcome: "active",
  check: books.toCheck(entry, checkMs),
  record: recordOf(entry),
});

const inDoubt = (entry: Entry, now: number): ReserveOutcome => ({
  outcome: "in-doubt",
  retryAfterMs: Math.max(0, (entry.holdUntil ?? 0) - now),
});

const isOver = ({ endsAt }: Entry, now: number): boolean => now >= (endsAt ?? Number.POSITIVE_INFINITY);

const isReplaced = (entry: Entry, stops: Stops): boolean => entry.state === "stopping" || stops.has(entry);

/** Why a running conversation gives way to a start; `undefined` when it does not. */
function stopReason(entry: Entry, choice: "resume" | "reject" | "replace", over: boolean): EndReason | undefined {
  if (over) return "time-over";
  if (choice !== "reject") return "replaced";
  // One whose grant reached nobody is in nobody's way.
  return reachedNobody(entry) ? "client-gone" : undefined;
}
