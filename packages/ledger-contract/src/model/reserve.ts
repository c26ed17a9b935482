import type { EndReason, LedgerRecord, ReserveOutcome, ReserveRequest } from "@equos-broker/core";
import { type Books, beginStop, type Entry, entriesOf, entryOf, isHeld, isIn } from "./books.js";
import { deliver, givenTo, reachedNobody } from "./deliveries.js";
import { charge, fit, readings } from "./meters.js";
import { bury, tombstoneLeft, tombstonesOf } from "./tombstones.js";

interface Stop {
  readonly entry: Entry;
  readonly reason: EndReason;
}

/** What the rules make of a request, before anything is written. */
type Plan =
  | { readonly refuse: ReserveOutcome }
  | { readonly inTheWay: Entry }
  | { readonly waitFor: Entry }
  | { readonly resume: Entry }
  | { readonly stops: readonly Stop[] };

export function reserve(books: Books, request: ReserveRequest, now: number): ReserveOutcome {
  const own = entryOf(books, request.reservation);
  if (own !== undefined) return isIn(own, "reserved") ? reserved(books, request, own, now) : { outcome: "spent" };
  if (books.recovering) return { outcome: "recovering" };
  const plan = decide(books, request, now);
  for (const entry of entriesOf(books, request.consumer)) entry.waiting = others(entry, request);
  if ("refuse" in plan) return plan.refuse;
  if ("inTheWay" in plan) return active(plan.inTheWay, request, now);
  if ("waitFor" in plan) return wait(plan.waitFor, request);
  if ("resume" in plan) return resume(books, plan.resume, request, now);
  return start(books, request, plan.stops, now);
}

/** Rules 3 to 5. */
function decide(books: Books, request: ReserveRequest, now: number): Plan {
  const live = entriesOf(books, request.consumer).filter(
    (entry) => isIn(entry, "reserved", "running") || isHeld(entry, now),
  );
  const same = live.find((entry) => entry.record.fingerprint === request.fingerprint);
  const stops: Stop[] = [];
  if (same !== undefined) {
    const plan = decideSame(same, request, now);
    if (!("stops" in plan)) return plan;
    stops.push(...plan.stops);
  }
  const over = stops.filter(({ reason }) => reason === "time-over");
  const about = over.flatMap(({ entry, reason }) => tombstonesOf(entry.record, reason, now));
  const retryAfterMs = tombstoneLeft([...books.tombstones, ...about], request, now);
  if (retryAfterMs > 0) return { refuse: { outcome: "stopped", retryAfterMs } };
  let rest = live.filter((entry) => entry.record.fingerprint !== request.fingerprint);
  while (rest.length >= request.active) {
    const running = byAge(rest.filter((entry) => isIn(entry, "running")));
    const [oldest] = running;
    if (oldest === undefined) return noneRunning(rest, now);
    const stop = running.map((entry) => stopOther(entry, request, now)).find((found) => found !== undefined);
    if (stop === undefined) return { inTheWay: oldest };
    stops.push(stop);
    rest = rest.filter((entry) => entry !== stop.entry);
  }
  return { stops };
}

function decideSame(entry: Entry, request: ReserveRequest, now: number): Plan {
  if (isIn(entry, "reserved")) return { waitFor: entry };
  if (isIn(entry, "unknown")) return { refuse: inDoubt(entry, now) };
  if (isPastEnd(entry, now)) return { stops: [{ entry, reason: "time-over" }] };
  const caller = request.reservation;
  if (entry.waiting.includes(caller) || givenTo(entry, caller) !== undefined) return { resume: entry };
  if (request.same === "reject") {
    return isNobodys(entry, request) ? { stops: [{ entry, reason: "client-gone" }] } : { inTheWay: entry };
  }
  if (request.same === "resume" && !request.fresh) return { resume: entry };
  return { stops: [{ entry, reason: "replaced" }] };
}

/** Rule 5 for one running conversation of another fingerprint: why it may be stopped, if it may. */
function stopOther(entry: Entry, request: ReserveRequest, now: number): Stop | undefined {
  if (isPastEnd(entry, now)) return { entry, reason: "time-over" };
  if (request.other === "replace") return { entry, reason: "replaced" };
  return isNobodys(entry, request) ? { entry, reason: "client-gone" } : undefined;
}

function noneRunning(rest: readonly Entry[], now: number): Plan {
  const [oldest] = byAge(rest.filter((entry) => isIn(entry, "reserved")));
  if (oldest !== undefined) return { waitFor: oldest };
  const [first] = [...rest].sort((a, b) => a.heldUntil - b.heldUntil);
  return first === undefined ? { stops: [] } : { refuse: inDoubt(first, now) };
}

function wait(entry: Entry, request: ReserveRequest): ReserveOutcome {
  if (entry.waiting.length >= request.maxWaiting) return { outcome: "crowded" };
  entry.waiting = [...entry.waiting, request.reservation];
  return { outcome: "in-flight", reservation: entry.record.reservation };
}

function resume(books: Books, entry: Entry, request: ReserveRequest, now: number): ReserveOutcome {
  const again = givenTo(entry, request.reservation);
  if (again !== undefined) return { outcome: "resumed", record: entry.record, delivery: again, check: false };
  const delivery = deliver(books, entry, request.reservation, now);
  return { outcome: "resumed", record: entry.record, delivery, check: check(entry, request, now) };
}

function active(entry: Entry, request: ReserveRequest, now: number): ReserveOutcome {
  return { outcome: "active", record: entry.record, check: check(entry, request, now) };
}

/** One caller is asked to look at upstream when the last look was `checkMs` ago. */
function check(entry: Entry, request: ReserveRequest, now: number): boolean {
  const asked = now - entry.checkedAt >= request.checkMs;
  if (asked) entry.checkedAt = now;
  return asked;
}

/** Rules 6 to 9. */
function start(books: Books, request: ReserveRequest, stops: readonly Stop[], now: number): ReserveOutcome {
  const stopped = stops.map(({ entry }) => entry);
  const replaced = [...stopped, ...stoppingOf(books, request.consumer)];
  const limited = (by: string, retryAfterMs: number): ReserveOutcome => ({
    outcome: "limited",
    by,
    retryAfterMs,
    readings: readings(books, request.meters, now),
  });
  const counted = books.entries.filter(
    (entry) => (isIn(entry, "reserved", "running", "stopping") || isHeld(entry, now)) && !replaced.includes(entry),
  );
  if (request.overallActive !== undefined && counted.length >= request.overallActive) {
    return limited("overall-active", 0);
  }
  const fits = fit(books, request, now);
  if ("by" in fits) return limited(fits.by, fits.retryAfterMs);

  for (const { entry, reason } of stops) {
    beginStop(entry, reason, now);
    bury(books, entry.record, reason, now);
  }
  const { maxSeconds } = fits;
  const { reservation, consumer, fingerprint, payload, terms } = request;
  const entry: Entry = {
    record: {
      reservation,
      state: "reserved",
      consumer,
      fingerprint,
      payload,
      deliveries: books.deliveries.get(consumer) ?? 0,
      maxSeconds,
      reservedAt: now,
      joined: false,
      attempts: 0,
    },
    terms,
    heldUntil: 0,
    comesUpAt: now + terms.settleMs,
    out: false,
    waiting: [],
    given: [],
    heard: false,
    checkedAt: now,
    charges: charge(books, request.meters, maxSeconds, now),
  };
  books.entries.push(entry);
  return reserved(books, request, entry, now);
}

function reserved(books: Books, request: ReserveRequest, entry: Entry, now: number): ReserveOutcome {
  return {
    outcome: "reserved",
    maxSeconds: entry.record.maxSeconds,
    replaces: stoppingOf(books, request.consumer).map(({ record }): LedgerRecord => record),
    readings: readings(books, request.meters, now),
  };
}

function stoppingOf(books: Books, consumer: string): Entry[] {
  return entriesOf(books, consumer).filter((entry) => isIn(entry, "stopping"));
}

/** As in `abandon`: nobody has it, and nobody (else) waits. */
const isNobodys = (entry: Entry, request: ReserveRequest): boolean =>
  reachedNobody(entry) && others(entry, request).length === 0;

const others = (entry: Entry, request: ReserveRequest): string[] =>
  entry.waiting.filter((waiter) => waiter !== request.reservation);

const byAge = (entries: readonly Entry[]): Entry[] =>
  [...entries].sort((a, b) => a.record.reservedAt - b.record.reservedAt);

const inDoubt = (entry: Entry, now: number): ReserveOutcome => ({
  outcome: "in-doubt",
  retryAfterMs: entry.heldUntil - now,
});

const isPastEnd = ({ record }: Entry, now: number): boolean => record.endsAt !== undefined && now >= record.endsAt;
