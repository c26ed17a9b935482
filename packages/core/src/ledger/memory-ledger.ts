import { type Clock, systemClock } from "../clock.js";
import { DueQueue } from "./due-queue.js";
import { Entries } from "./entries.js";
import { type Entry, newEntry, reachedNobody, recordOf } from "./entry.js";
import type { CommitRequest, Ledger, LedgerRecord, ReserveOutcome, ReserveRequest, Step } from "./ledger.js";
import { allows, type EndReason, type Transition, transitions } from "./states.js";

export interface MemoryLedgerOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** An ended conversation is remembered this long, so that stopping it again gets the same answer. */
const REMEMBER_MS = 10 * 60_000;
/** Upstream ends a conversation at its `maxSeconds` by itself; only after this margin the broker looks. */
const TIME_OVER_MARGIN_MS = 2_000;
const backoffMs = (attempts: number): number => Math.min(2 ** attempts, 60) * 1000;

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
  readonly #queue = new DueQueue();
  #identity: { readonly id: string; readonly digestKey: Uint8Array } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
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
    const waitedFor = request.waitedFor === undefined ? undefined : this.#entries.get(request.waitedFor);
    if (waitedFor) waitedFor.waiting = Math.max(0, waitedFor.waiting - 1);

    let replaces: LedgerRecord | undefined;
    for (const entry of this.#entries.liveOf(request.consumer)) {
      if (entry.state === "reserved") return joinQueue(entry, request.maxWaiting);
      if (entry.state === "unknown") {
        return { outcome: "in-doubt", retryAfterMs: Math.max(0, (entry.dueAt ?? now) - now) };
      }
      if (entry.state !== "running") continue;
      if (now >= (entry.endsAt ?? Number.POSITIVE_INFINITY)) {
        this.#move("stop", entry, "time-over");
        continue;
      }
      const choice = entry.fingerprint === request.fingerprint ? request.same : request.other;
      // One whose grant reached nobody is in nobody's way.
      if (choice === "reject" && !reachedNobody(entry)) return { outcome: "active" };
      if (choice === "resume" && !request.fresh) return { outcome: "resumed", record: this.#deliver(entry) };
      this.#move("stop", entry, "replaced");
      replaces = recordOf(entry);
    }
    this.#entries.add(newEntry(request));
    return { outcome: "reserved", notAfter: now + request.sendWithinMs, replaces };
  }

  #deliver(entry: Entry): LedgerRecord {
    entry.deliveries += 1;
    entry.leaveAt = undefined;
    this.#schedule(entry);
    return recordOf(entry);
  }

  async commit(request: CommitRequest): Promise<Step> {
    return this.#step("commit", request.reservation, undefined, (entry) => {
      this.#entries.identify(entry, request.conversation, request.token);
      entry.payload = request.payload;
      entry.startedAt = request.startedAt;
      entry.endsAt = request.endsAt;
      entry.deliveries = 1;
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
    this.#schedule(entry);
    return { moved: true, record: recordOf(entry) };
  }

  async abandon(reservation: string, delivery: number): Promise<Step> {
    const entry = this.#entries.get(reservation);
    if (entry === undefined) return undefined;
    if (delivery >= 1 && delivery <= entry.deliveries) entry.abandoned.add(delivery);
    return this.#stopIfReachedNobody(entry);
  }

  async unwait(reservation: string): Promise<Step> {
    const entry = this.#entries.get(reservation);
    if (entry === undefined) return undefined;
    entry.waiting = Math.max(0, entry.waiting - 1);
    return this.#stopIfReachedNobody(entry);
  }

  #stopIfReachedNobody(entry: Entry): Step {
    return reachedNobody(entry) ? this.#step("stop", entry.reservation, "client-gone") : unmoved(entry);
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
    const now = this.#clock.now();
    const records: LedgerRecord[] = [];
    while (records.length < limit) {
      const item = this.#queue.popDue(now);
      if (item === undefined) break;
      const entry = this.#entries.get(item.key);
      // Scheduled anew since, or gone.
      if (entry?.dueAt !== item.at) continue;
      if (entry.state === "ended") {
        this.#entries.forget(entry);
        continue;
      }
      if (entry.state === "unknown") this.#move("end", entry, "given-up");
      else if (entry.state === "running") this.#move("stop", entry, entry.leaveAt === item.at ? "left" : "time-over");
      else this.#schedule(entry);
      records.push(recordOf(entry));
    }
    return { records, pending: this.#queue.size > 0 };
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
    else this.#schedule(entry);
    for (const done of [...entry.settling]) done();
  }

  /** When time next has something to do with the entry, by its state. */
  #schedule(entry: Entry): void {
    const at = this.#dueTime(entry);
    if (at === undefined || at === entry.dueAt) return;
    entry.dueAt = at;
    this.#queue.push(at, entry.reservation);
  }

  #dueTime(entry: Entry): number | undefined {
    switch (entry.state) {
      case "reserved":
        return undefined; // The start that reserved it settles it.
      case "running":
        return Math.min(entry.leaveAt ?? Number.POSITIVE_INFINITY, (entry.endsAt ?? 0) + TIME_OVER_MARGIN_MS);
      case "unknown":
        return entry.holdUntil;
      case "stopping":
        // Whoever moved it here stops it at once; this is for when that has not worked.
        return this.#clock.now() + backoffMs(entry.attempts++);
      case "ended":
        return this.#clock.now() + REMEMBER_MS;
    }
  }
}

function joinQueue(entry: Entry, maxWaiting: number): ReserveOutcome {
  if (entry.waiting >= maxWaiting) return { outcome: "crowded" };
  entry.waiting += 1;
  return { outcome: "in-flight", reservation: entry.reservation };
}

const isOutdated = (entry: Entry, delivery: number | undefined): boolean =>
  delivery !== undefined && delivery < entry.deliveries;

const unmoved = (entry: Entry): Step => ({ moved: false, record: recordOf(entry) });
