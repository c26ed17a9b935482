import type { LedgerRecord } from "../record.js";
import type { Meter, Terms } from "../reservation.js";
import type { ConversationState, EndReason } from "../states.js";

/** What a reservation took from a meter. */
export interface Charge {
  readonly key: string;
  readonly unit: Meter["unit"];
  readonly amount: number;
  /** Number of the window that it was taken from. */
  readonly window: number;
}

/** One hand-over of the grant. */
export interface Given {
  /** The consumer's, not the conversation's: no two of a consumer's hand-overs have the same. */
  readonly number: number;
  /** The caller's own id. */
  readonly caller: string;
  readonly reachedNobody: boolean;
}

/** The memory ledger's own form of a record: what it may change, and what nobody else sees. */
export interface Entry {
  readonly reservation: string;
  readonly consumer: string;
  readonly fingerprint: string;
  readonly terms: Terms;
  readonly maxSeconds: number;
  readonly reservedAt: number;
  charges: readonly Charge[];
  state: ConversationState;
  payload: string;
  conversation: string | undefined;
  token: string | undefined;
  /** Number of the latest hand-over; until there is one, of the consumer's latest before. */
  deliveries: number;
  /** The latest hand-overs, the newest last. */
  given: readonly Given[];
  /** The latest of the older ones that may have reached somebody. */
  reachedBefore: number | undefined;
  startedAt: number | undefined;
  endsAt: number | undefined;
  endedAt: number | undefined;
  seconds: number | undefined;
  reason: EndReason | undefined;
  /** Somebody was in it. */
  joined: boolean;
  /** Somebody was heard of who holds the grant. */
  held: boolean;
  /** Callers, by their own ids, that wait for this start to settle. */
  waiting: Set<string> | undefined;
  leaveAt: number | undefined;
  /** A leave that a later delivery put off: it holds again when that delivery, and all after it, reached nobody. */
  putOff: { readonly leaveAt: number; readonly delivery: number } | undefined;
  keepUntil: number | undefined;
  joinBy: number | undefined;
  /** When upstream was last asked, for a resume, whether it runs. */
  checkedAt: number;
  /** Until when an unknown one keeps its consumer from starting. */
  holdUntil: number | undefined;
  attempts: number;
  /** It was handed out, and not given back yet. */
  leased: boolean;
  /** Whoever has it in hand now gives it back by then. */
  againAt: number;
  announcedAt: number | undefined;
  /** When time next has something to do here; in the timetable by this time. */
  dueAt: number | undefined;
  /** In the timetable. */
  place: number | undefined;
}

/** One for all: most records have no charges. */
const nothing: readonly Charge[] = [];
const noneGiven: readonly Given[] = [];

type Init = Pick<
  Entry,
  "reservation" | "consumer" | "fingerprint" | "payload" | "terms" | "maxSeconds" | "reservedAt" | "deliveries"
>;

export function newEntry(init: Init): Entry {
  // Field by field: V8 makes a dictionary of an object that is spread into so many, four times the size.
  return {
    reservation: init.reservation,
    consumer: init.consumer,
    fingerprint: init.fingerprint,
    payload: init.payload,
    terms: init.terms,
    maxSeconds: init.maxSeconds,
    reservedAt: init.reservedAt,
    charges: nothing,
    state: "reserved",
    conversation: undefined,
    token: undefined,
    deliveries: init.deliveries,
    given: noneGiven,
    reachedBefore: undefined,
    startedAt: undefined,
    endsAt: undefined,
    endedAt: undefined,
    seconds: undefined,
    reason: undefined,
    joined: false,
    held: false,
    waiting: undefined,
    leaveAt: undefined,
    putOff: undefined,
    keepUntil: undefined,
    joinBy: undefined,
    checkedAt: init.reservedAt,
    holdUntil: undefined,
    attempts: 0,
    leased: false,
    againAt: 0,
    announcedAt: undefined,
    dueAt: undefined,
    place: undefined,
  };
}

/** A copy for the outside, without the fields that have no value. */
export function recordOf(entry: Entry): LedgerRecord {
  const { reservation, state, consumer, fingerprint, payload, deliveries, maxSeconds, reservedAt } = entry;
  const { conversation, startedAt, endsAt, endedAt, seconds, leaveAt, joined, attempts, reason } = entry;
  const record: Writable<LedgerRecord> = {
    reservation,
    state,
    consumer,
    fingerprint,
    payload,
    deliveries,
    maxSeconds,
    reservedAt,
    joined,
    attempts,
  };
  // One by one: spread, each of them would be an object more, in every step.
  if (conversation !== undefined) record.conversation = conversation;
  if (startedAt !== undefined) record.startedAt = startedAt;
  if (endsAt !== undefined) record.endsAt = endsAt;
  if (endedAt !== undefined) record.endedAt = endedAt;
  if (seconds !== undefined) record.seconds = seconds;
  if (leaveAt !== undefined) record.leaveAt = leaveAt;
  if (reason !== undefined) record.reason = reason;
  return record;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Whether it keeps its consumer, and everybody, from one more. */
export function blocks({ state, holdUntil }: Entry, now: number): boolean {
  return state === "reserved" || state === "running" || (state === "unknown" && now < (holdUntil ?? 0));
}
