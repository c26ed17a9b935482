import type { ConversationState, EndReason } from "./states.js";

/** What the ledger knows of one reservation and the conversation that came of it. Times are in ms of the ledger's clock. */
export interface LedgerRecord {
  readonly reservation: string;
  readonly state: ConversationState;
  /** Keyed digest of (tenant, identity); the ledger never sees who it is. */
  readonly consumer: string;
  /** Keyed digest of character and input: what makes two starts the same. */
  readonly fingerprint: string;
  /** Opaque to the ledger: what the broker needs to serve the conversation again. */
  readonly payload: string;
  /** Upstream's id, once there is one. */
  readonly conversation: string | undefined;
  /**
   * Number of the latest delivery of the grant. Numbers run on from one conversation of a consumer to its next, so that
   * a late word from an old page is never taken for one from the new page.
   */
  readonly deliveries: number;
  readonly startedAt: number | undefined;
  /** When upstream ends it by itself. */
  readonly endsAt: number | undefined;
  readonly endedAt: number | undefined;
  /** When its page's leave takes effect. */
  readonly leaveAt: number | undefined;
  readonly reason: EndReason | undefined;
}

export interface ReserveRequest {
  /** The caller's own id: the same while it waits and asks again. */
  readonly reservation: string;
  readonly consumer: string;
  readonly fingerprint: string;
  readonly payload: string;
  /** The consumer wants a new one, whatever runs. */
  readonly fresh: boolean;
  /** What to do when the consumer's running conversation has the same fingerprint, or another one. */
  readonly same: "resume" | "reject" | "replace";
  readonly other: "replace" | "reject";
  /** The server must have sent the upstream call so many ms after this step, or not send it at all. */
  readonly sendWithinMs: number;
  /** A reservation that nothing was heard of for so many ms after that is in doubt: its server is gone. */
  readonly settleWithinMs: number;
  /** How many of one consumer's callers may wait for a start in flight. */
  readonly maxWaiting: number;
}

export type ReserveOutcome =
  | {
      readonly outcome: "reserved";
      /** By the ledger's clock: a server that has not sent by then must not send. */
      readonly notAfter: number;
      /** The consumer's former conversations that are `stopping`: confirm that they stopped before starting upstream. */
      readonly replaces: readonly LedgerRecord[];
    }
  /** `record.deliveries` is the number of this delivery. */
  | { readonly outcome: "resumed"; readonly record: LedgerRecord }
  /** Another start of the consumer is in flight; wait with {@link Ledger.settled} and reserve again. */
  | { readonly outcome: "in-flight"; readonly reservation: string }
  | { readonly outcome: "active" }
  | { readonly outcome: "crowded" }
  /** An earlier start is `unknown`, for so many more ms. */
  | { readonly outcome: "in-doubt"; readonly retryAfterMs: number };

/** A step's outcome: the record as it is now, and whether this very call moved it. `undefined`: no such reservation. */
export type Step = { readonly moved: boolean; readonly record: LedgerRecord } | undefined;

export interface CommitRequest {
  readonly reservation: string;
  readonly conversation: string;
  /** Keyed digest of the consumer's token. */
  readonly token: string;
  readonly payload: string;
  readonly startedAt: number;
  readonly endsAt: number;
}

/**
 * Where the broker keeps its books. Every method is one atomic step: it compares (reservation, state) before it
 * writes, and run twice, late or out of order it changes nothing. A failure of the store rejects; the broker then
 * starts nothing.
 */
export interface Ledger {
  /** A random id of these books, which goes into upstream names, and the key of every digest in them. */
  identity(): Promise<{ readonly id: string; readonly digestKey: Uint8Array }>;
  /** The ledger's clock, in ms. */
  now(): Promise<number>;

  /** Sticky look-up, limits and the write of the reservation, in one. */
  reserve(request: ReserveRequest): Promise<ReserveOutcome>;
  /** `reserved → running`, with the first delivery handed to the caller. Not moved → the caller stops what it started. */
  commit(request: CommitRequest): Promise<Step>;
  /** `reserved → unknown`; the consumer starts nothing else for `holdMs`, unless it is settled earlier. */
  doubt(reservation: string, holdMs: number): Promise<Step>;
  /** `reserved | unknown → stopping`, now that the conversation's id is known. */
  found(reservation: string, conversation: string, reason: EndReason, endsAt: number): Promise<Step>;
  /** `running → stopping`; with a `delivery`, only if that is the latest. */
  stop(reservation: string, reason: EndReason, delivery?: number): Promise<Step>;
  /** Anything `→ ended`. The record stays for a while, so that a repeated stop gets the same answer. */
  end(reservation: string, reason: EndReason): Promise<Step>;

  /**
   * The page of this delivery says that it closes: stop in `graceMs`, unless a later delivery happens. If all later ones
   * turn out to have reached nobody, the leave holds again.
   */
  leave(reservation: string, delivery: number | undefined, graceMs: number): Promise<Step>;
  /** This delivery reached nobody. `running → stopping` (`client-gone`) if none did and nobody waits. */
  abandon(reservation: string, delivery: number): Promise<Step>;
  /** A caller (by its own id) that waited for this reservation gives up; the last one leaves as `abandon` does. */
  unwait(reservation: string, waiter: string): Promise<Step>;
  /** Somebody is in the conversation. */
  touch(reservation: string): Promise<Step>;

  /** The consumer's conversations that are not ended. */
  liveOf(consumer: string): Promise<readonly LedgerRecord[]>;
  byConversation(conversation: string): Promise<LedgerRecord | undefined>;
  byToken(token: string): Promise<LedgerRecord | undefined>;
  /** Everything that is not ended. */
  live(): Promise<readonly LedgerRecord[]>;
  /** Resolves when the reservation is `reserved` no longer, or the signal aborts. */
  settled(reservation: string, signal: AbortSignal): Promise<void>;

  /**
   * What time has brought: leaves that are due and conversations whose time is over are `stopping` now, unknowns that
   * are held no longer are `ended`, stops not confirmed yet come up again with growing pauses. Each item is given to
   * one caller at a time. `pending` says whether anything is left that time can bring.
   */
  due(limit: number): Promise<{ readonly records: readonly LedgerRecord[]; readonly pending: boolean }>;
}
