import type { ConversationState, EndReason, LedgerRecord, Terms } from "@equos-broker/core";

/** One reservation with everything that the rules need to know of it. Times in ms. */
export interface Entry {
  record: LedgerRecord;
  readonly terms: Terms;
  /** Digest of the consumer's token. */
  token?: string;
  /** `unknown`: until then its consumer starts nothing. */
  heldUntil: number;
  /** When `due` hands it out (again) in the state that it is in. */
  comesUpAt: number;
  /** It is with whoever was handed it, or began its stop, and was not given back. */
  out: boolean;
  /** Callers, by their own ids, that wait for it. */
  waiting: readonly string[];
  /** All deliveries so far, the latest last. */
  given: readonly Delivery[];
  /** A keep-alive has come since the last leave. */
  heard: boolean;
  keptUntil?: number;
  /** The latest leave, in force or put off: when it takes effect, and the latest delivery when it was said. */
  leave?: { readonly at: number; readonly after: number };
  /** When upstream was asked last whether it still runs. */
  checkedAt: number;
  /** What it holds of its meters. */
  charges: readonly Charge[];
  announcedAt?: number;
}

export interface Delivery {
  readonly number: number;
  readonly caller: string;
  readonly reachedNobody: boolean;
}

export interface Charge {
  readonly key: string;
  readonly unit: "starts" | "seconds";
  readonly windowMs: number;
  /** Number of the window that was charged. */
  readonly window: number;
  readonly amount: number;
}

/** What is left of a conversation that none is to follow, whatever becomes of the entry. */
export interface Tombstone {
  readonly consumer: string;
  readonly fingerprint: string;
  readonly since: number;
}

/** All there is in a ledger. */
export interface Books {
  entries: Entry[];
  tombstones: readonly Tombstone[];
  /** What the windows of the meters hold, by key and window number. */
  readonly used: Map<string, number>;
  /** The latest delivery number of each consumer. */
  readonly deliveries: Map<string, number>;
  readonly duties: Map<string, { readonly holder: string; readonly until: number }>;
  joinSeen: boolean;
  recovering: boolean;
}

export const newBooks = (recovering: boolean): Books => ({
  entries: [],
  tombstones: [],
  used: new Map(),
  deliveries: new Map(),
  duties: new Map(),
  joinSeen: false,
  recovering,
});

export function entryOf(books: Books, reservation: string): Entry | undefined {
  return books.entries.find((entry) => entry.record.reservation === reservation);
}

export function entriesOf(books: Books, consumer: string): Entry[] {
  return books.entries.filter((entry) => entry.record.consumer === consumer);
}

export function isIn(entry: Entry, ...states: readonly ConversationState[]): boolean {
  return states.includes(entry.record.state);
}

/** "Held": an `unknown` one that keeps its consumer from starting. */
export function isHeld(entry: Entry, now: number): boolean {
  return isIn(entry, "unknown") && now < entry.heldUntil;
}

/** Puts an entry into another state. `out`: in the same step somebody was handed it, or began its stop. */
export function move(entry: Entry, state: ConversationState, out: boolean, comesUpAt: number): void {
  entry.record = { ...entry.record, state, attempts: out ? 1 : 0 };
  entry.out = out;
  entry.comesUpAt = comesUpAt;
}

/** `→ stopping`: whoever begins the stop has it alone for `leaseMs`. */
export function beginStop(entry: Entry, reason: EndReason, now: number): void {
  move(entry, "stopping", true, now + entry.terms.leaseMs);
  entry.record = { ...entry.record, reason };
}

export function forget(books: Books, entry: Entry): void {
  books.entries = books.entries.filter((other) => other !== entry);
}
