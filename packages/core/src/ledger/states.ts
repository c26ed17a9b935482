/**
 * A conversation's life.
 *
 * ```
 * reserved ─▶ running ─▶ stopping ─▶ ended
 *    │  └────────────────▶ │          ▲
 *    └─▶ unknown ──────────┴──────────┘
 * ```
 *
 * `reserved`: written before the upstream call. `unknown`: the call was sent and its outcome is not known.
 * `stopping`: must not run any longer, and upstream has not confirmed that yet.
 */
export type ConversationState = "reserved" | "running" | "stopping" | "ended" | "unknown";

/** The states that each step may find a conversation in, and the one it leaves it in. Anywhere else it changes nothing. */
export const transitions = {
  /** Upstream answered with a conversation that a client can join. */
  commit: { from: ["reserved"], to: "running" },
  /** Sent, and no answer to rely on. */
  doubt: { from: ["reserved"], to: "unknown" },
  /** A conversation nobody will be given turned up: a late, broken or refused answer. */
  found: { from: ["reserved", "unknown"], to: "stopping" },
  /** Somebody or something ends it. */
  stop: { from: ["running"], to: "stopping" },
  /** Nothing runs upstream (any more). */
  end: { from: ["reserved", "unknown", "running", "stopping"], to: "ended" },
} as const satisfies Readonly<Record<string, { from: readonly ConversationState[]; to: ConversationState }>>;

/** A step from one state to another. */
export type Transition = keyof typeof transitions;

/** Whether a transition may start from a state. */
export function allows(transition: Transition, state: ConversationState): boolean {
  const from: readonly ConversationState[] = transitions[transition].from;
  return from.includes(state);
}

/** Why a conversation ended, or was never one. */
export type EndReason =
  | "owner" // the consumer's stop
  | "server" // the team's own code
  | "left" // the page said it was closing, and nobody came back
  | "client-gone" // the start's answer reached nobody
  | "never-joined" // nobody was in it when the time to join was over
  | "keepalive-missed" // its page kept it alive, and then no longer
  | "replaced" // the consumer started another one
  | "token-spent" // nobody was in it, and its token lets nobody in any more
  | "unreadable" // its entry in the ledger could not be opened
  | "time-over" // maxSeconds passed
  | "upstream" // Equos had ended it by itself
  | "orphan" // it ran, and the ledger knew nothing of it, or not whose it was
  | "late-answer" // upstream answered after the caller was told that the outcome is unknown
  | "bad-answer" // upstream answered something no client can join with
  | "shutdown" // close({ stop: true })
  | "not-started" // upstream refused, or nothing was sent
  | "given-up"; // an unknown one whose time is over
