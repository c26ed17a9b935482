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
  /** The consumer's latest delivery before this conversation. */
  readonly formerDeliveries: number;
  deliveries: number;
  /** By then the upstream call was sent, or never will be; by `settledBy` it is known what became of it. */
  readonly notAfter: number;
  readonly settledBy: number;
  startedAt: number | undefined;
  endsAt: number | undefined;
  endedAt: number | undefined;
  reason: EndReason | undefined;
  /** Deliveries that reached nobody. */
  readonly abandoned: Set<number>;
  /** Somebody was heard of who holds the grant. */
  held: boolean;
  /** Callers, by their own ids, that wait for this start to settle. */
  readonly waiting: Set<string>;
  leaveAt: number | undefined;
  /** A leave that a later delivery put off: it holds again when that delivery, and all after it, reached nobody. */
  putOff: { readonly leaveAt: number; readonly delivery: number } | undefined;
  /** Until when an unknown one keeps its consumer from starting. */
  holdUntil: number | undefined;
  /** Stops tried so far. */
  attempts: number;
  /** When time next has something to do here; only the queue item with this very time counts. */
  dueAt: number | undefined;
  /** Calls of `settled` that have not returned. */
  readonly settling: Set<() => void>;
}

type Init = "reservation" | "consumer" | "fingerprint" | "payload" | "formerDeliveries" | "notAfter" | "settledBy";

export function newEntry(init: Pick<Entry, Init>): Entry {
  return {
    ...init,
    state: "reserved",
    conversation: undefined,
    token: undefined,
    deliveries: init.formerDeliveries,
    startedAt: undefined,
    endsAt: undefined,
    endedAt: undefined,
    reason: undefined,
    abandoned: new Set(),
    held: false,
    waiting: new Set(),
    leaveAt: undefined,
    putOff: undefined,
    holdUntil: undefined,
    attempts: 0,
    dueAt: undefined,
    settling: new Set(),
  };
}

/** A copy for the outside. */
export function recordOf(entry: Entry): LedgerRecord {
  const { reservation, state, consumer, fingerprint, payload, conversation, deliveries } = entry;
  const { startedAt, endsAt, endedAt, leaveAt, reason } = entry;
  const times = { startedAt, endsAt, endedAt, leaveAt };
  return { reservation, state, consumer, fingerprint, payload, conversation, deliveries, ...times, reason };
}

/** Whether all grants that were handed out are known to have reached nobody, and nobody waits for one. */
export function reachedNobody(entry: Entry): boolean {
  const delivered = entry.deliveries - entry.formerDeliveries;
  return !entry.held && delivered > 0 && entry.abandoned.size === delivered && entry.waiting.size === 0;
}

/** Whether everybody that came after the leave is known to have got nothing, and nobody waits. */
export function onlyLeft({ putOff, held, waiting, deliveries, abandoned }: Entry): boolean {
  if (putOff === undefined || held || waiting.size > 0) return false;
  for (let number = putOff.delivery + 1; number <= deliveries; number += 1) if (!abandoned.has(number)) return false;
  return true;
}
