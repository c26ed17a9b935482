import { type Clock, systemClock } from "../clock.js";
import { Entries } from "./entries.js";
import { type Entry, newEntry, onlyLeft, reachedNobody, recordOf } from "./entry.js";
import type { CommitRequest, Ledger, LedgerRecord, ReserveOutcome, ReserveRequest, Step } from "./ledger.js";
import { choose, isOutdated, joinQueue } from "./rules.js";
import { allows, type EndReason, type Transition, transitions } from "./states.js";
import { Timetable } from "./timetable.js";

export interface MemoryLedgerOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * The books in this process' memory: right for one server, lost with it. Each step runs to its end before the next
 * one begins, because none of them awaits anything.
 */
export function memoryLedger(options: MemoryLedgerOptions = {}): Ledger {
  return new MemoryLedger(options.clock ?? systemClock);
}

class MemoryLedger implements Ledger {
  readonly #clock: Clock;
  readonly #entries = new Entries();
  readonly #timetable: Timetable;
  #identity: { readonly id: string; readonly digestKey: Uint8Array } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#timetable = new Timetable(clock, this.#entries);
  }

  async identity() {
    this.#identity ??= {
      id: crypto.randomUUID().slice(0, 8),
      digestKey: crypto.getRandomValues(new Uint8Array(32)),
    };
    return this.#identity;
  }

  async now(): Promise<number> {
    return this.#clock.now();
  }

  async reserve(request: ReserveRequest): Promise<ReserveOutcome> {
    const now = this.#clock.now();
    const replaces: LedgerRecord[] = [];
    for (const entry of this.#entries.liveOf(request.consumer)) {
      const waited = entry.waiting.delete(request.reservation);
      if (entry.state === "reserved") {
        if (entry.reservation === request.reservation)
          return { outcome: "reserved", notAfter: entry.notAfter, replaces };
        return joinQueue(entry, request);
      }
      if (entry.state === "unknown") {
        return { outcome: "in-doubt", retryAfterMs: Math.max(0, (entry.holdUntil ?? now) - now) };
      }
      if (entry.state === "running") {
        const choice = choose(entry, request, waited, now);
        if (choice === "reject") return { outcome: "active" };
        if (choice === "resume") return { outcome: "resumed", record: this.#deliver(entry) };
        this.#move("stop", entry, choice);
      }
      replaces.push(recordOf(entry));
    }
    const { reservation, consumer, fingerprint, payload } = request;
    const notAfter = now + request.sendWithinMs;
    const settledBy = notAfter + request.settleWithinMs;
    const formerDeliveries = this.#entries.latestDeliveryOf(consumer);
    const entry = newEntry({ reservation, consumer, fingerprint, payload, formerDeliveries, notAfter, settledBy });
    this.#entries.add(entry);
    this.#timetable.schedule(entry);
    return { outcome: "reserved", notAfter, replaces };
  }

  #deliver(entry: Entry): LedgerRecord {
    const { leaveAt, deliveries: delivery } = entry;
    if (leaveAt !== undefined) entry.putOff = { leaveAt, delivery };
    entry.leaveAt = undefined;
    entry.deliveries += 1;
    this.#timetable.schedule(entry);
    return recordOf(entry);
  }

  async commit(request: CommitRequest): Promise<Step> {
    return this.#step("commit", request.reservation, undefined, (entry) => {
      this.#entries.identify(entry, request.conversation, request.token);
      entry.payload = request.payload;
      entry.startedAt = request.startedAt;
      entry.endsAt = request.endsAt;
      entry.deliveries += 1;
    });
  }

  async doubt(reservation: string, holdMs: number): Promise<Step> {
    return this.#step("doubt", reservation, undefined, (entry) => {
      entry.holdUntil = this.#clock.now() + holdMs;
    });
  }

  async found(reservation: string, conversation: string, reason: EndReason, endsAt: number): Promise<Step> {
    return this.#step("found", reservation, reason, (entry) => {
      this.#entries.identify(entry, conversation);
      entry.startedAt = this.#clock.now();
      entry.endsAt = endsAt;
    });
  }

  async stop(reservation: string, reason: EndReason, delivery?: number): Promise<Step> {
    const entry = this.#entries.get(reservation);
    if (entry && isOutdated(entry, delivery)) return unmoved(entry);
    return this.#step("stop", reservation, reason);
  }

  async end(reservation: string, reason: EndReason): Promise<Step> {
    return this.#step("end", reservation, reason);
  }

  async leave(reservation: string, delivery: number | undefined, graceMs: number): Promise<Step> {
    const entry = this.#entries.get(reservation);
    if (entry === undefined) return undefined;
    if (entry.state !== "running" || isOutdated(entry, delivery) || entry.leaveAt !== undefined) return unmoved(entry);
    entry.leaveAt = this.#clock.now() + graceMs;
    entry.putOff = undefined;
    // Whoever was heard of before is the one that leaves.
    entry.held = false;
    this.#timetable.schedule(entry);
    return { moved: true, record: recordOf(entry) };
  }

  async abandon(reservation: string, delivery: number): Promise<Step> {
    const entry = this.#entries.get(reservation);
    if (entry === undefined) return undefined;
    if (delivery > entry.formerDeliveries && delivery <= entry.deliveries) entry.abandoned.add(delivery);
    return this.#lookAgain(entry);
  }

  async unwait(reservation: string, waiter: string): Promise<Step> {
    const entry = this.#entries.get(reservation);
    if (entry === undefined) return undefined;
    entry.waiting.delete(waiter);
    return this.#lookAgain(entry);
  }

  /** What follows from one caller less. */
  #lookAgain(entry: Entry): Step {
    if (reachedNobody(entry)) return this.#step("stop", entry.reservation, "client-gone");
    if (entry.state === "running" && entry.putOff !== undefined && onlyLeft(entry)) {
      entry.leaveAt = Math.max(entry.putOff.leaveAt, this.#clock.now());
      entry.putOff = undefined;
      this.#timetable.schedule(entry);
    }
    return unmoved(entry);
  }

  async touch(reservation: string): Promise<Step> {
    const entry = this.#entries.get(reservation);
    if (entry === undefined) return undefined;
    // Whoever keeps it alive holds a grant, so no lost reply stops it any more.
    if (entry.state === "running") entry.held = true;
    return unmoved(entry);
  }

  async liveOf(consumer: string): Promise<readonly LedgerRecord[]> {
    return this.#entries.liveOf(consumer).map(recordOf);
  }

  async byConversation(conversation: string): Promise<LedgerRecord | undefined> {
    const entry = this.#entries.byConversation(conversation);
    return entry && recordOf(entry);
  }

  async byToken(token: string): Promise<LedgerRecord | undefined> {
    const entry = this.#entries.byToken(token);
    return entry && recordOf(entry);
  }

  async live(): Promise<readonly LedgerRecord[]> {
    return this.#entries.live().map(recordOf);
  }

  settled(reservation: string, signal: AbortSignal): Promise<void> {
    const entry = this.#entries.get(reservation);
    if (entry?.state !== "reserved" || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        entry.settling.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      entry.settling.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  async due(limit: number) {
    const records: LedgerRecord[] = [];
    while (records.length < limit) {
      const due = this.#timetable.takeDue();
      if (due === undefined) break;
      const { entry, leaving } = due;
      if (entry.state === "ended") {
        this.#entries.forget(entry);
        continue;
      }
      if (entry.state === "reserved") this.#move("doubt", entry, undefined);
      else if (entry.state === "unknown") this.#move("end", entry, "given-up");
      else if (entry.state === "running") this.#move("stop", entry, leaving ? "left" : "time-over");
      else this.#timetable.schedule(entry);
      records.push(recordOf(entry));
    }
    return { records, pending: this.#timetable.pending };
  }

  #step(transition: Transition, reservation: string, reason?: EndReason, write?: (entry: Entry) => void): Step {
    const entry = this.#entries.get(reservation);
    if (entry === undefined) return undefined;
    if (!allows(transition, entry.state)) return unmoved(entry);
    write?.(entry);
    this.#move(transition, entry, reason);
    return { moved: true, record: recordOf(entry) };
  }

  /** The one place where a state changes. */
  #move(transition: Transition, entry: Entry, reason: EndReason | undefined): void {
    entry.state = transitions[transition].to;
    entry.reason ??= reason;
    if (entry.state === "ended") entry.endedAt = this.#clock.now();
    // What never was a conversation has nobody who asks for it again.
    if (entry.state === "ended" && entry.conversation === undefined) this.#entries.forget(entry);
    else this.#timetable.schedule(entry);
    for (const done of [...entry.settling]) done();
  }
}

const unmoved = (entry: Entry): Step => ({ moved: false, record: recordOf(entry) });
