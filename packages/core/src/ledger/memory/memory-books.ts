import type { Clock } from "../../clock.js";
import type { ReserveOutcome, ReserveRequest } from "../reservation.js";
import { type EndReason, type Transition, transitions } from "../states.js";
import { givenTo, handOver } from "./deliveries.js";
import { DueQueue } from "./due-queue.js";
import { Entries } from "./entries.js";
import { type Entry, recordOf } from "./entry.js";
import { Meters } from "./meters.js";
import { Timetable } from "./timetable.js";
import { Tombstones } from "./tombstones.js";

/** An ended conversation is remembered this long, so that stopping it again gets the same answer. */
const REMEMBER_MS = 10 * 60_000;

/** What the steps of the memory ledger work on. */
export class MemoryBooks {
  readonly entries = new Entries();
  readonly meters = new Meters();
  readonly timetable = new Timetable();
  readonly tombstones = new Tombstones();
  readonly capacity: number;
  readonly #holds = new DueQueue();
  readonly #remembered = new DueQueue();
  joinSeen = false;
  readonly #clock: Clock;

  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.capacity = capacity;
  }

  get now(): number {
    return this.#clock.now();
  }

  /** The one place where a state changes. `agoMs`: so long ago upstream had ended it. */
  move(transition: Transition, entry: Entry, reason?: EndReason, agoMs?: number): void {
    if (entry.state === "running") this.tombstones.note(entry, reason, this.now, agoMs);
    entry.state = transitions[transition].to;
    entry.reason ??= reason;
    entry.attempts = 0;
    entry.leased = false;
    entry.againAt = this.now;
    this.timetable.schedule(entry);
  }

  /** To `unknown`: it counts, for its consumer and for all, for so long. */
  doubt(entry: Entry, holdMs: number): void {
    entry.holdUntil = this.now + holdMs;
    this.#holds.push(entry.holdUntil, entry.reservation);
    this.move("doubt", entry);
  }

  /** From now on it is only remembered. */
  remember(entry: Entry): void {
    entry.announcedAt = this.now;
    entry.payload = "";
    this.#remembered.push(this.now + REMEMBER_MS, entry.reservation);
    this.timetable.schedule(entry);
  }

  forget(entry: Entry): void {
    this.timetable.remove(entry);
    this.entries.forget(entry);
  }

  /** What was remembered long enough, windows that are over, old tombstones. */
  forgetOld(): void {
    const { now } = this;
    this.meters.forgetOld(now);
    this.tombstones.forgetOld(now);
    for (let item = this.#remembered.popDue(now); item !== undefined; item = this.#remembered.popDue(now)) {
      const entry = this.entries.get(item.key);
      if (entry?.announcedAt !== undefined) this.forget(entry);
    }
  }

  /** How many count against the limit of all together. */
  active(): number {
    const { now, entries } = this;
    for (let hold = this.#holds.popDue(now); hold !== undefined; hold = this.#holds.popDue(now)) {
      const entry = entries.get(hold.key);
      if (entry?.state === "unknown" && (entry.holdUntil ?? 0) <= now) entries.release(entry);
    }
    return entries.active;
  }

  /** To `stopping`; whoever moves it there stops it upstream, and has it alone for that long. */
  beginStop(entry: Entry, reason: EndReason, transition: "stop" | "found" = "stop"): void {
    this.move(transition, entry, reason);
    this.handOut(entry);
  }

  /** One caller has it now; it comes up again in case that caller is never heard of. */
  handOut(entry: Entry): void {
    entry.attempts += 1;
    entry.leased = true;
    this.lease(entry);
  }

  lease(entry: Entry): void {
    entry.againAt = this.now + entry.terms.leaseMs;
    this.timetable.schedule(entry);
  }

  /** Numbers run on over all conversations of a consumer. */
  handOver(entry: Entry, caller: string): void {
    handOver(entry, caller, this.entries.latestDeliveryOf(entry.consumer) + 1);
  }

  /** Whether upstream is to be asked about it now, by this caller. */
  toCheck(entry: Entry, checkMs: number): boolean {
    const check = this.now - entry.checkedAt >= checkMs;
    if (check) entry.checkedAt = this.now;
    return check;
  }

  /** A resume. */
  deliver(entry: Entry, { reservation, checkMs }: ReserveRequest): ReserveOutcome {
    const before = givenTo(entry, reservation);
    if (before !== undefined) return { outcome: "resumed", record: recordOf(entry), delivery: before, check: false };
    const { now } = this;
    const { leaveAt, deliveries } = entry;
    if (leaveAt !== undefined) entry.putOff = { leaveAt, delivery: deliveries };
    entry.leaveAt = undefined;
    this.handOver(entry, reservation);
    // A page that comes anew has its time to join, and to keep alive.
    const joinBy = now + entry.terms.joinMs;
    entry.joinBy = Math.max(entry.joinBy ?? 0, joinBy);
    if (entry.keepUntil !== undefined) entry.keepUntil = Math.max(entry.keepUntil, joinBy);
    const check = this.toCheck(entry, checkMs);
    this.timetable.schedule(entry);
    return { outcome: "resumed", record: recordOf(entry), delivery: entry.deliveries, check };
  }
}
