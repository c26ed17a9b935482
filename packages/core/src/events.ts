import type { ErrorCode } from "./error-codes.js";
import type { UpstreamFailure } from "./errors.js";
import type { EndReason } from "./ledger/states.js";

/** Who a conversation belongs to, as far as the ledger remembers it. */
export interface EventConsumer {
  readonly identity: string;
  readonly tenant?: string | undefined;
}

interface About {
  /** ISO 8601. */
  readonly at: string;
  readonly deployment: string | undefined;
  readonly consumer: EventConsumer;
  readonly character: string;
}

interface AboutConversation extends About {
  readonly conversation: string;
}

/** What happened. Carries ids and numbers only: no token, no key, no prompt. */
export type BrokerEvent =
  | (AboutConversation & { readonly type: "conversation.started"; readonly maxSeconds: number })
  /** The grant was handed out again. */
  | (AboutConversation & { readonly type: "conversation.resumed"; readonly delivery: number })
  /** The page said that it closes; unless somebody comes back, the conversation is stopped. */
  | (AboutConversation & { readonly type: "conversation.leaving"; readonly delivery: number | undefined })
  | (AboutConversation & { readonly type: "conversation.ended"; readonly reason: EndReason; readonly seconds: number })
  /** Equos has not confirmed a stop; the broker goes on trying. */
  | (AboutConversation & { readonly type: "stop.unconfirmed"; readonly upstream: UpstreamFailure | undefined })
  | (About & { readonly type: "start.failed"; readonly code: ErrorCode })
  /** Equos was asked, and nobody knows what became of it. */
  | (About & { readonly type: "start.unknown"; readonly code: ErrorCode });
