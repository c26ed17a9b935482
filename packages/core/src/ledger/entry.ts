import type { LedgerRecord } from "./ledger.js";
import type { ConversationState, EndReason } from "./states.js";

/** The memory ledger's own form of a record: what it may change, and what nobody else sees. */
export interface Entry {
  readonly reservation: string;
  readonly consumer: string;
  readonly fingerprint: string;
  state: ConversationState;
  payload: string;
  conversation: string | undefined;
  token: string | undefined;
  deliveries: number;
  startedAt: number | undefined;
  endsAt: number | undefined;
  endedAt: number | undefined;
  reason: EndReason | undefined;
  /** Deliveries that reached nobody. */
  readonly abandoned: Set<number>;
  /** Somebody was heard of who holds the grant. */
  held: boolean;
  /** Callers that wait for this start to settle. */
  waiting: number;
  leaveAt: number | undefined;
  /** Until when an unknown one keeps its consumer from starting. */
  holdUntil: number | undefined;
  /** Stops tried so far. */
  attempts: number;
  /** When time next has something to do here; only the queue item with this very time counts. */
  dueAt: number | undefined;
  /** Calls of `settled` that have not returned. */
  readonly settling: Set<() => void>;
}

export function newEntry(init: Pick<Entry, "reservation" | "consumer" | "fingerprint" | "payload">): Entry {
  const { reservation, consumer, fingerprint, payload } = init;
  return {
    reservation,
    consumer,
    fingerprint,
    payload,
    state: "reserved",
    conversation: undefined,
    token: undefined,
    deliveries: 0,
    startedAt: undefined,
    endsAt: undefined,
    endedAt: undefined,
    reason: undefined,
    abandoned: new Set(),
    held: false,
    waiting: 0,
    leaveAt: undefined,
    holdUntil: undefined,
    attempts: 0,
    dueAt: undefined,
    settling: new Set(),
  };
}

/** A copy for the outside. */
export function recordOf(entry: Entry): LedgerRecord {
  const { reservation, state, consumer, fingerprint, payload, conversation, deliveries } = entry;
  const { startedAt, endsAt, endedAt, reason } = entry;
  const times = { startedAt, endsAt, endedAt };
  return { reservation, state, consumer, fingerprint, payload, conversation, deliveries, ...times, reason };
}

/** Whether all grants that were handed out are known to have reached nobody, and nobody waits for one. */
export function reachedNobody(entry: Entry): boolean {
  return !entry.held && entry.deliveries > 0 && entry.abandoned.size === entry.deliveries && entry.waiting === 0;
}
