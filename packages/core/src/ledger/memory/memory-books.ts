import type { Clock } from "../../clock.js";
import type { ReserveOutcome, ReserveRequest } from "../reservation.js";
import { type EndReason, type Transition, transitions } from "../states.js";
import { DueQueue } from "./due-queue.js";
import { Entries } from "./entries.js";
import { type Entry, recordOf } from "./entry.js";
import { Meters } from "./meters.js";
import { Timetable } from "./timetable.js";

/** Deliveries whose takers are remembered, so that a start that is sent again is not given another one. */
const REMEMBERED_TAKERS = 16;

/** What the steps of the memory ledger work on. */
export class MemoryBooks {
  readonly entries = new Entries();
  readonly meters = new Meters();
  readonly timetable = new Timetable(this.entries);
  readonly capacity: number;
  readonly #holds = new DueQueue();
  joinSeen = false;
  readonly #clock: Clock;

  constructor(clock: Clock, capacity: number) {
    this.#clock = clock;
    this.capacity = capacity;
  }

  get now(): number {
    return this.#clock.now();
  }

  /** The one place where a state changes. */
  move(transition: Transition, entry: Entry, reason?: EndReason): void {
    entry.state = transitions[transition].to;
    entry.reason ??= reason;
    entry.attempts = 0;
    entry.againAt = this.now;
    this.timetable.schedule(entry);
  }

  /** To `unknown`: it counts, for its consumer and for all, for so long. */
  doubt(entry: Entry, holdMs: number): void {
    entry.holdUntil = this.now + holdMs;
    this.#holds.push(entry.holdUntil, entry.reservation);
    this.move("doubt", entry);
  }

  /** How many count against the limit of all together. */
  active(): number {
    const { now, entries } = this;
    for (let hold = this.#holds.popDue(now); hold !== undefined; hold = this.#holds.popDue(now)) {
      const entry = entries.get(hold.key);
      if (entry?.state === "unknown") entries.release(entry);
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
    entry.againAt = this.now + entry.terms.leaseMs;
    this.timetable.schedule(entry);
  }

  /** A resume. */
  deliver(entry: Entry, { reservation, checkMs }: ReserveRequest): ReserveOutcome {
    const taken = entry.delivered.lastIndexOf(reservation);
    if (taken >= 0) {
      const delivery = entry.deliveries - (entry.delivered.length - 1 - taken);
      return { outcome: "resumed", record: recordOf(entry), delivery, check: false };
    }
    const { now } = this;
    const { leaveAt, deliveries } = entry;
    if (leaveAt !== undefined) entry.putOff = { leaveAt, delivery: deliveries };
    entry.leaveAt = undefined;
    entry.deliveries += 1;
    entry.delivered = [...entry.delivered, reservation].slice(-REMEMBERED_TAKERS);
    // A page that comes anew has its time to join, and to keep alive.
    const joinBy = now + entry.terms.joinMs;
    entry.joinBy = Math.max(entry.joinBy ?? 0, joinBy);
    if (entry.keepUntil !== undefined) entry.keepUntil = Math.max(entry.keepUntil, joinBy);
    const check = now - entry.checkedAt >= checkMs;
    if (check) entry.checkedAt = now;
    this.timetable.schedule(entry);
    return { outcome: "resumed", record: recordOf(entry), delivery: entry.deliveries, check };
  }
}
