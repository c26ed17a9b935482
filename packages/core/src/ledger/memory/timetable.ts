import { DueQueue } from "./due-queue.js";
import type { Entries } from "./entries.js";
import type { Entry } from "./entry.js";

/** Upstream ends a conversation at its `maxSeconds` by itself; only after this margin the broker looks. */
const TIME_OVER_MARGIN_MS = 2_000;
const NEVER = Number.POSITIVE_INFINITY;

/** When upstream's own limit should long have ended it. */
export const overAt = (entry: Entry): number => (entry.endsAt ?? NEVER) + TIME_OVER_MARGIN_MS;

/** When nothing of an unknown one can still run. */
export const givenUpAt = ({ reservedAt, terms, maxSeconds }: Entry): number =>
  reservedAt + terms.settleMs + maxSeconds * 1000;

/** When time next has something to do with an entry. */
export function dueTime(entry: Entry): number {
  switch (entry.state) {
    case "reserved":
      return entry.reservedAt + entry.terms.settleMs;
    case "unknown":
      return Math.min(entry.againAt, givenUpAt(entry));
    case "running":
      return Math.min(
        entry.leaveAt ?? NEVER,
        entry.keepUntil ?? NEVER,
        entry.joined ? NEVER : Math.max(entry.joinBy ?? NEVER, entry.againAt),
        overAt(entry),
      );
    case "stopping":
      return entry.againAt;
    case "ended":
      return entry.announcedAt === undefined ? entry.againAt : NEVER;
  }
}

/** The entries in the order of their times. */
export class Timetable {
  readonly #entries: Entries;
  readonly #queue = new DueQueue();

  constructor(entries: Entries) {
    this.#entries = entries;
  }

  /** To be called whenever the state of an entry, or one of its times, has changed. */
  schedule(entry: Entry): void {
    const at = dueTime(entry);
    if (at === entry.dueAt) return;
    entry.dueAt = at;
    if (at === NEVER) return;
    this.#queue.push(at, entry.reservation);
    if (this.#queue.size > 2 * this.#entries.size + 64) this.#dropOutdated();
  }

  /** The next entry whose time has come; it has to be scheduled again, or forgotten. */
  takeDue(now: number): Entry | undefined {
    for (;;) {
      const item = this.#queue.popDue(now);
      if (item === undefined) return undefined;
      const entry = this.#entries.get(item.key);
      // Otherwise it is gone, or was scheduled anew.
      if (entry?.dueAt !== item.at) continue;
      entry.dueAt = undefined;
      return entry;
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
