import type { ConversationState, EndReason } from "./states.js";

/**
 * What the ledger tells of one reservation and the conversation that came of it. Times are in ms of the ledger's
 * clock. A field that has no value is absent.
 */
export interface LedgerRecord {
  readonly reservation: string;
  readonly state: ConversationState;
  /** Keyed digest of (tenant, identity); the ledger never sees who it is. */
  readonly consumer: string;
  /** Keyed digest of character and input: what makes two starts the same. */
  readonly fingerprint: string;
  /** Opaque to the ledger: what the broker needs to serve the conversation again. Empty once the end is announced. */
  readonly payload: string;
  /** Upstream's id, once there is one. */
  readonly conversation?: string;
  /**
   * Number of the latest delivery of the grant. Numbers run on from one conversation of a consumer to its next, so that
   * a late word from an old page is never taken for one from the new page; at least a day after the last one ended.
   */
  readonly deliveries: number;
  /** For how long it may run, and how much of each budget it holds. */
  readonly maxSeconds: number;
  readonly reservedAt: number;
  readonly startedAt?: number;
  /** When upstream ends it by itself. */
  readonly endsAt?: number;
  readonly endedAt?: number;
  /** Seconds it was settled with, once it has ended. */
  readonly seconds?: number;
  /** When its page's leave takes effect. */
  readonly leaveAt?: number;
  /** Somebody was in it: upstream said so, or a keep-alive came. */
  readonly joined: boolean;
  /** How often `due` has handed it out, or a step has begun its stop, since its state last changed. */
  readonly attempts: number;
  /** The first that was given: what ends it later does not change why. */
  readonly reason?: EndReason;
}
