import type { LedgerRecord } from "./record.js";

/**
 * How a caller says which conversation it means, and that it may. A `token` digest is enough; a `conversation` beside it
 * must be the token's. A `consumer` digest beside a `conversation` must be its owner's. `reservation` is the broker's own
 * way, and then nothing else is given. All of these name a record in any state, for as long as it is remembered.
 *
 * A `consumer` alone means its only conversation: the only one that is `reserved` or `running`, or if there is none, the
 * only `stopping` one.
 */
export interface LedgerClaim {
  readonly reservation?: string | undefined;
  readonly token?: string | undefined;
  readonly conversation?: string | undefined;
  readonly consumer?: string | undefined;
}

/** What a claim comes to when it does not name one record. A foreign record and none are told apart by nothing. */
export type Unclaimed =
  | { readonly claim: "none" }
  /** A `consumer` alone, and several of its conversations could be meant. */
  | { readonly claim: "several" }
  /** A `consumer` alone, whose start is in flight; `delivery` is the number that its grant will have. */
  | { readonly claim: "in-flight"; readonly reservation: string; readonly delivery: number };

/** What a claim comes to. `moved`: the step has changed the record. */
export type Claimed = { readonly claim: "found"; readonly moved: boolean; readonly record: LedgerRecord } | Unclaimed;
