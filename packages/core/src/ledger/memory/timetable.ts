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

/** The entries in the order of their times: a binary heap in which each entry knows its place. */
export class Timetable {
  readonly #heap: Entry[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** To be called whenever the state of an entry, or one of its times, has changed. */
  schedule(entry: Entry): void {
    const at = dueTime(entry);
    if (at === entry.dueAt) return;
    if (at === NEVER) {
      this.remove(entry);
      return;
    }
    const { place = this.#heap.length } = entry;
    entry.dueAt = at;
    this.#sink(entry, this.#rise(entry, place));
  }

  /** The next entry whose time has come; it has to be scheduled again, or forgotten. */
  takeDue(now: number): Entry | undefined {
    const first = this.#heap[0];
    if (first === undefined || timeOf(first) > now) return undefined;
    this.remove(first);
    return first;
  }

  /** Time has nothing to do with it any more. */
  remove(entry: Entry): void {
    const { place } = entry;
    entry.dueAt = undefined;
    entry.place = undefined;
    if (place === undefined) return;
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) this.#sink(last, this.#rise(last, place));
  }

  /** From an empty place upwards; gives the place that is left for it. */
  #rise(entry: Entry, from: number): number {
    let place = from;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = this.#heap[parentPlace];
      if (parent === undefined || timeOf(parent) <= timeOf(entry)) break;
      this.#put(parent, place);
      place = parentPlace;
    }
    return place;
  }

  /** From an empty place downwards, and there it stays. */
  #sink(entry: Entry, from: number): void {
    let place = from;
    for (;;) {
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const isRight = left !== undefined && right !== undefined && timeOf(right) < timeOf(left);
      const smaller = isRight ? right : left;
      if (smaller === undefined || timeOf(smaller) >= timeOf(entry)) break;
      const next = 2 * place + (isRight ? 2 : 1);
      this.#put(smaller, place);
      place = next;
    }
    this.#put(entry, place);
  }

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }
}

const timeOf = ({ dueAt }: Entry): number => dueAt ?? NEVER;
