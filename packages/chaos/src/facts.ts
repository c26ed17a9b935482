/** What happened in a run, as the harness saw it. Times are epoch ms; emulator and clients share one clock. */
import type { Interval } from "./intervals.js";

/** A conversation as Equos (the emulator) has it: the truth about what was billed. */
export interface Conversation {
  readonly id: string;
  /** From the end of its upstream name. */
  readonly reservation: string | undefined;
  readonly consumer: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly joinedAt: number | undefined;
  readonly maxSeconds: number;
  readonly billedSeconds: number;
  /** Equos ended it by itself: nobody stopped it. */
  readonly ranOut: boolean;
}

/**
 * - `answered`: a 2xx came through to its end.
 * - `refused`: an answer that says that nothing was done.
 * - `unclear`: a broken connection, a client that went away, or an answer that leaves open whether it was done.
 * - `unsent`: no connection stood.
 */
export type Outcome = "answered" | "refused" | "unclear" | "unsent";

/** One request of a client. */
export interface Act {
  readonly kind: "start" | "stop" | "leave" | "keepalive";
  readonly consumer: string;
  readonly page: string;
  readonly server: number;
  readonly sentAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  /** Of a start: the one it was granted. Of the others: the one it named; absent if it named none. */
  readonly conversation?: string | undefined;
  readonly delivery?: number | undefined;
  /** Of a stop and a leave: what the answer said of the conversation. */
  readonly state?: string | undefined;
  /** A stop of a page that another one has taken over from: it must not stop anything. */
  readonly stale?: boolean | undefined;
}

/** A call that reached Equos. */
export interface UpstreamCall {
  readonly at: number;
  readonly operation: string;
  readonly conversation?: string | undefined;
  readonly reservation?: string | undefined;
  /** Name of the fault that it met. */
  readonly fault?: string | undefined;
  /** What the call was for did not happen. */
  readonly spoiled: boolean;
  /** For how long the caller was kept waiting, at most. */
  readonly holdsMs: number;
}

/** The store lost all its data, or its latest writes. */
export interface Loss {
  readonly at: number;
  /** Writes since then were lost. */
  readonly since: number;
  /** Everything was. */
  readonly all: boolean;
}

/** A reconcile that a server answered. */
export interface Reconciled {
  readonly sentAt: number;
  readonly endedAt: number;
}

/** One delivery of a `conversation.ended` event. */
export interface Ended {
  /** The same for each delivery of one event. */
  readonly id: string;
  readonly conversation: string;
  readonly reason: string;
  readonly seconds: number;
}

export interface Facts {
  readonly from: number;
  readonly to: number;
  readonly conversations: readonly Conversation[];
  readonly acts: readonly Act[];
  readonly calls: readonly UpstreamCall[];
  readonly losses: readonly Loss[];
  readonly reconciles: readonly Reconciled[];
  readonly ends: readonly Ended[];
  /** Time in which no server could do its work. */
  readonly outages: readonly Interval[];
  /** Time in which Equos' lists failed. */
  readonly listTrouble: readonly Interval[];
  /** By server. */
  readonly pauses: readonly (readonly Interval[])[];
}
