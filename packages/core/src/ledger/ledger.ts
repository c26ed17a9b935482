import type { StepName, StepRequest, StepResult } from "./steps.js";

/** What tells these books from all others. */
export interface LedgerIdentity {
  /** `<creation time in ms, base 36>-<nonce>`; goes into upstream names. */
  readonly id: string;
  /** The text that was proposed when the books were opened first, or that `rekey` put in its place. */
  readonly key: string;
  /** By the ledger's clock, in ms. */
  readonly now: number;
}

/** What goes with every step. */
export interface StepContext {
  /** The id of the books that the caller means. */
  readonly ledger: string;
  /** By the ledger's clock, in ms: a step that comes later (a client library sent it again) changes nothing. */
  readonly notAfter: number;
  /** The highest `sequence` that the caller has seen. */
  readonly seen: number;
}

/**
 * `late`: it is past `notAfter`. `lost`: these are not, or no longer, the books that the caller means. Either way the
 * step did nothing.
 */
export type Answer<T> =
  | { readonly now: number; readonly sequence: number; readonly result: T }
  | { readonly now: number; readonly refused: "late" | "lost" };

/**
 * Where the broker keeps its books. A few atomic steps; what each of them does is told in `LedgerSteps`, and the suite
 * in `@equos-broker/ledger-contract` tests it. A failure of the store rejects; the broker then starts nothing.
 *
 * A ledger that can lose its latest writes (a fail-over) counts the steps that write: `sequence` rises with each, and is
 * lost with them. A caller that has `seen` a higher one than is stored has proof of a loss: the ledger is then
 * recovering, until `recovered`. One that cannot lose writes without losing everything may always answer 0.
 */
export interface Ledger {
  /** Whether other processes keep the same books. Such a ledger needs the options `secret` and `deployment`. */
  readonly shared: boolean;
  /**
   * The books' identity, made from the proposal where there is none yet. New books of a shared ledger are recovering.
   * `nonce`: 8 letters and digits.
   */
  open(proposal: { readonly nonce: string; readonly key: string }): Promise<LedgerIdentity>;
  /** Takes one step. A read has no use for `notAfter`. What is known at once needs no promise. */
  step<S extends StepName>(
    name: S,
    request: StepRequest<S>,
    context: StepContext,
  ): Answer<StepResult<S>> | Promise<Answer<StepResult<S>>>;
  /**
   * The ledger that this process is to use for a deployment, where that is not the ledger itself: called once by each
   * broker, before anything else.
   */
  attach?(about: LedgerUser): Ledger;
}

/** Who is going to use a ledger: brokers that differ in any of these keep books of their own. @inline */
export interface LedgerUser {
  readonly deployment: string | undefined;
  readonly endpoint: string;
  /** The client, or the key or what fetches it: what tells one Equos organization from another. A function, so that it is never printed. */
  upstream(): unknown;
}
