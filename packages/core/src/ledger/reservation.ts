import type { LedgerRecord } from "./record.js";

/** Durations that a reservation is made under, in ms. They stay with its record. */
export interface Terms {
  /** A reservation that nothing was heard of for so long is `unknown`: its server is gone. */
  readonly settleMs: number;
  /** So long an `unknown` one, that the ledger itself has put into that state, keeps its consumer from starting. */
  readonly holdMs: number;
  /** Nobody in it after so long (counted from the latest delivery) → somebody has to look. */
  readonly joinMs: number;
  /** Whoever was handed a record by `due`, or has begun its stop, has it alone for so long. */
  readonly leaseMs: number;
}

/** A quota that a start has to fit into. Windows are aligned: number `floor(now / windowMs)`. */
export interface Meter {
  /** For the broker: comes back in refusals and readings. */
  readonly name: string;
  /** What is counted together; the same for all that share the quota. */
  readonly key: string;
  /**
   * `starts`: one for each reservation, given back only if nothing was sent. `seconds`: the conversation's `maxSeconds`,
   * given back at its end but for what it used. Given back into the window that was charged, if that is still open.
   */
  readonly unit: "starts" | "seconds";
  readonly max: number;
  readonly windowMs: number;
}

/** What is left of a meter in its window after this step. */
export interface Reading {
  readonly name: string;
  readonly left: number;
  /** Until the window ends. */
  readonly resetMs: number;
}

/** What a start asks of the ledger, before anything is sent. */
export interface ReserveRequest {
  /** The caller's own id: the same while it waits and asks again. */
  readonly reservation: string;
  readonly consumer: string;
  readonly fingerprint: string;
  readonly payload: string;
  readonly maxSeconds: number;
  /** A conversation may be shortened to what its meters have left, but not below this. */
  readonly minSeconds: number;
  /** The consumer wants a new one, whatever runs. */
  readonly fresh: boolean;
  /** What to do with the consumer's running conversation of the same fingerprint, or when others fill `active`. */
  readonly same: "resume" | "reject" | "replace";
  readonly other: "replace" | "reject";
  /**
   * So long after one of the same fingerprint was stopped or replaced, its time was over, or upstream had ended it, none
   * is started: 60,000 at most.
   */
  readonly tombstoneMs?: number | undefined;
  /** How many of one consumer's callers may wait for a start in flight. */
  readonly maxWaiting: number;
  /** How many conversations the consumer, and all consumers together, may have. */
  readonly active: number;
  readonly overallActive?: number | undefined;
  readonly meters: readonly Meter[];
  /** A resume asks for a look at upstream (`check`) when the last one was so many ms ago. */
  readonly checkMs: number;
  readonly terms: Terms;
}

/** What the ledger says to it. */
export type ReserveOutcome =
  | {
      readonly outcome: "reserved";
      /** What was asked for, or what the meters had left. */
      readonly maxSeconds: number;
      /** The consumer's conversations that are `stopping`: confirm that they stopped before starting upstream. */
      readonly replaces: readonly LedgerRecord[];
      readonly readings: readonly Reading[];
    }
  | {
      readonly outcome: "resumed";
      readonly record: LedgerRecord;
      /** Number of this delivery. */
      readonly delivery: number;
      /** This caller is the one to ask upstream whether the conversation still runs. */
      readonly check: boolean;
    }
  /** Another start of the consumer is in flight: the caller is noted as waiting for it, and asks again later. */
  | { readonly outcome: "in-flight"; readonly reservation: string }
  /** `record` is in the way. `check` as in `resumed`: if it is over, the caller ends it and asks again. */
  | { readonly outcome: "active"; readonly record: LedgerRecord; readonly check: boolean }
  | { readonly outcome: "crowded" }
  /** An earlier start is `unknown`, for so many more ms. */
  | { readonly outcome: "in-doubt"; readonly retryAfterMs: number }
  /** One of the same fingerprint has just ended, in one of the ways of rule 4; its tombstone stands for so many more ms. */
  | { readonly outcome: "stopped"; readonly retryAfterMs: number }
  /**
   * `by` is the name of a meter, or `overall-active`, or `capacity`: the ledger itself is full. `retryAfterMs` is the end
   * of the meter's window, 0 for the others.
   */
  | {
      readonly outcome: "limited";
      readonly by: string;
      readonly retryAfterMs: number;
      readonly readings: readonly Reading[];
    }
  /** This reservation was made, and is not `reserved` any more. */
  | { readonly outcome: "spent" }
  /** The books were lost, or their latest pages: no starts before `recovered`. */
  | { readonly outcome: "recovering" };
