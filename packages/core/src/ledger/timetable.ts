import type { Clock } from "../clock.js";
import { DueQueue } from "./due-queue.js";
import type { Entries } from "./entries.js";
import type { Entry } from "./entry.js";

/** An ended conversation is remembered this long, so that stopping it again gets the same answer. */
const REMEMBER_MS = 10 * 60_000;
/** Upstream ends a conversation at its `maxSeconds` by itself; only after this margin the broker looks. */
const TIME_OVER_MARGIN_MS = 2_000;
const backoffMs = (attempts: number): number => Math.min(2 ** attempts, 60) * 1000;

/** When time next has something to do with each entry of the memory ledger. */
export class Timetable {
  readonly #clock: Clock;
  readonly #entries: Entries;
  readonly #queue = new DueQueue();

  constructor(clock: Clock, entries: Entries) {
    this.#clock = clock;
    this.#entries = entries;
  }

  get pending(): boolean {
    // Every entry has its time; the queue may still hold outdated ones.
    return this.#entries.size > 0;
  }

  /** To be called whenever the state of an entry, or one of its times, has changed. */
  schedule(entry: Entry): void {
    const at = this.#dueTime(entry);
    if (at === entry.dueAt) return;
    entry.dueAt = at;
    this.#queue.push(at, entry.reservation);
    if (this.#queue.size > 2 * this.#entries.size + 64) this.#dropOutdated();
  }

  /** The next entry whose time has come; `leaving` says that it is the time at which its page's leave takes effect. */
  takeDue(): { readonly entry: Entry; readonly leaving: boolean } | undefined {
    for (;;) {
      const item = this.#queue.popDue(this.#clock.now());
      if (item === undefined) return undefined;
      const entry = this.#entries.get(item.key);
      // Otherwise it is gone, or was scheduled anew.
      if (entry?.dueAt !== item.at) continue;
      entry.dueAt = undefined;
      return { entry, leaving: entry.leaveAt === item.at };
    }
  }

  #dueTime(entry: Entry): number {
    switch (entry.state) {
      case "reserved":
        return entry.settledBy;
      case "running":
        return Math.min(entry.leaveAt ?? Number.POSITIVE_INFINITY, (entry.endsAt ?? 0) + TIME_OVER_MARGIN_MS);
      case "unknown":
        return entry.holdUntil ?? this.#clock.now();
      case "stopping":
        // Whoever moved it here stops it at once; this is for when that has not worked.
        return this.#clock.now() + backoffMs(entry.attempts++);
      case "ended":
        return this.#clock.now() + REMEMBER_MS;
    }
  }

  /** Items whose time has changed stay in the queue until they come up; this keeps them few. */
  #dropOutdated(): void {
    this.#queue.clear();
    for (const { dueAt, reservation } of this.#entries.all()) {
      if (dueAt !== undefined) this.#queue.push(dueAt, reservation);
    }
  }
}
