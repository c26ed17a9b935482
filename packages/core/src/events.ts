import type { ErrorCode } from "./error-codes.js";
import type { UpstreamFailure } from "./errors.js";
import type { EndReason } from "./ledger/states.js";

/** Who a conversation belongs to, as far as the ledger remembers it. */
export interface EventConsumer {
  readonly identity: string;
  readonly tenant?: string | undefined;
}

/** @inline */
interface Happened {
  /** ISO 8601. */
  readonly at: string;
  readonly deployment: string | undefined;
}

/** @inline */
interface About extends Happened {
  /** `undefined` where the ledger's entry could not be read. */
  readonly consumer: EventConsumer | undefined;
  /** Alias; `undefined` likewise, and for a conversation that was adopted. */
  readonly character: string | undefined;
}

/** @inline */
interface AboutConversation extends About {
  readonly conversation: string;
}

/**
 * What happened. Carries ids and numbers only: no token, no key, no prompt.
 *
 * `conversation.ended` comes at least once for every conversation that was in the books, even when the server that ended
 * it was killed in that moment: bill by its `seconds`, once per `conversation`. The others tell what this server did.
 */
export type BrokerEvent =
  | (AboutConversation & { readonly type: "conversation.started"; readonly maxSeconds: number })
  /** The grant was handed out again. */
  | (AboutConversation & { readonly type: "conversation.resumed"; readonly delivery: number })
  /** Somebody is in it: Equos says so, or its page does. */
  | (AboutConversation & { readonly type: "conversation.joined" })
  /** The page said that it closes; unless somebody comes back, the conversation is stopped. */
  | (AboutConversation & { readonly type: "conversation.leaving"; readonly delivery: number | undefined })
  /** It must not run any longer; Equos is being asked to stop it. */
  | (AboutConversation & { readonly type: "conversation.stopping"; readonly reason: EndReason })
  | (AboutConversation & {
      readonly type: "conversation.ended";
      readonly reason: EndReason;
      /** By Equos' own times, where it tells them. */
      readonly seconds: number;
      readonly startedAt: string;
    })
  /** It ran, and the ledger did not know it; it goes on for the one who is in it. */
  | (AboutConversation & { readonly type: "conversation.adopted" })
  /** Equos has not confirmed a stop; the broker goes on trying. */
  | (AboutConversation & { readonly type: "stop.unconfirmed"; readonly upstream: UpstreamFailure | undefined })
  /**
   * Nobody is known to be in it, and nothing can be concluded from that: Equos has never told this ledger of anybody who
   * joined. It runs on, unless its page had said that it sends keep-alives.
   */
  | (AboutConversation & { readonly type: "join.unverifiable" })
  | (About & { readonly type: "start.failed"; readonly code: ErrorCode })
  /** Equos was asked, and nobody knows what became of it. */
  | (About & { readonly type: "start.unknown"; readonly code: ErrorCode })
  /** An unknown start, whose time is over, was never found at Equos. */
  | (About & { readonly type: "start.given-up" })
  /** Another installation works under this deployment's name, with books of its own; its conversation is not touched. */
  | (Happened & { readonly type: "deployment.clash"; readonly conversation: string; readonly ledger: string })
  /** The books, or their latest pages, were lost: no starts until Equos' list has been gone through. */
  | (Happened & { readonly type: "ledger.recovering" })
  | (Happened & { readonly type: "ledger.recovered" })
  /** An entry of the ledger could not be read, and was dropped. */
  | (Happened & { readonly type: "ledger.damaged"; readonly reservation: string });
