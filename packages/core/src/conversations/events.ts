import { outcomeWithin, timeOver } from "../deadline.js";
import type { ErrorCode, UpstreamFailure } from "../errors.js";
import { describe } from "../redact.js";
import type { Settings } from "../settings.js";
import type { ConversationRecord, EndReason } from "../state/state.js";
import type { OpenStore, SealedText } from "./open-store.js";
import { consumerOf } from "./upstream-name.js";

/** The consumer of a conversation, as far as the store holds it. */
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
  /** `undefined` if the sealed text cannot be read. */
  readonly consumer: EventConsumer | undefined;
  /** Alias; `undefined` likewise, and for an imported conversation. */
  readonly character: string | undefined;
}

/** @inline */
interface AboutConversation extends About {
  readonly conversation: string;
}

/**
 * What happened. Carries ids and numbers only: no token, no key, no prompt.
 *
 * `conversation.ended` is delivered at least once for every conversation: it is acknowledged only after `onEvent` has
 * resolved, and repeated after a rejection or a killed server. Bill by its `seconds`, once per `id`. The other events report
 * what this server did, once.
 */
export type BrokerEvent =
  | (AboutConversation & { readonly type: "conversation.started"; readonly maxSeconds: number })
  /** The client payload was handed out again. */
  | (AboutConversation & { readonly type: "conversation.resumed"; readonly generation: number })
  /** A consumer is in the conversation: Equos or its page says so. */
  | (AboutConversation & { readonly type: "conversation.joined" })
  /** The page closes. The conversation is stopped unless a page comes back. */
  | (AboutConversation & { readonly type: "conversation.leaving"; readonly generation: number | undefined })
  /** The conversation must not run any longer. Its stop is requested from Equos. */
  | (AboutConversation & { readonly type: "conversation.stopping"; readonly reason: EndReason })
  | (AboutConversation & {
      readonly type: "conversation.ended";
      /** The reservation. The same for each delivery of this event. */
      readonly id: string;
      readonly reason: EndReason;
      /** From Equos' own times, if it reports them. */
      readonly seconds: number;
      /** ISO 8601. */
      readonly startedAt: string;
    })
  /** The conversation ran without a record, with a consumer in it. It goes on. */
  | (AboutConversation & { readonly type: "conversation.adopted" })
  /** Equos has not confirmed a stop. The broker tries again. */
  | (AboutConversation & { readonly type: "stop.unconfirmed"; readonly upstream: UpstreamFailure | undefined })
  /**
   * No consumer is known to have joined, which proves nothing: Equos has never reported a join to this store, and the page
   * has not promised heartbeats. The conversation goes on.
   */
  | (AboutConversation & { readonly type: "join.unknown" })
  | (About & { readonly type: "start.failed"; readonly code: ErrorCode })
  /** A start was sent and its outcome is not known. */
  | (About & { readonly type: "start.unknown"; readonly code: ErrorCode })
  /** No search has found an unknown start, and it cannot run any more. */
  | (About & { readonly type: "start.never-found"; readonly id: string })
  /** Another installation uses this deployment's name with its own store. Its conversation is not touched. */
  | (Happened & { readonly type: "deployment.clash"; readonly conversation: string; readonly store: string })
  /** The store lost data: starts wait until Equos' list has been compared with it. */
  | (Happened & { readonly type: "store.recovering" })
  | (Happened & { readonly type: "store.recovered" })
  /** A consumer's state cannot be read. Its starts wait for a reconcile. */
  | (Happened & { readonly type: "store.corrupt-state"; readonly state: string });

type Without<TEvent, TFields extends PropertyKey> = TEvent extends unknown ? Omit<TEvent, TFields> : never;
type Common = "at" | "deployment" | "consumer" | "character" | "conversation";
/** An event about a conversation, without the fields that all of them have. */
type RecordEvent = Without<
  Extract<BrokerEvent, { readonly conversation: string; readonly character: unknown }>,
  Common
>;
type StartEvent = Without<Extract<BrokerEvent, { readonly type: "start.failed" | "start.unknown" }>, Common>;
type StoreEvent = Without<
  Extract<BrokerEvent, { readonly type: "deployment.clash" | `store.${string}` }>,
  keyof Happened
>;

/** Whose a conversation is. */
export type Subject = Pick<SealedText, "consumer" | "character">;

export type Events = ReturnType<typeof createEvents>;

/**
 * Returns the calls of `onEvent`. Only an end is awaited; every failure is logged.
 *
 * @param secrets returns what is masked in the log
 */
export function createEvents(
  { onEvent, clock, timeouts, logger, deployment }: Settings,
  secrets: () => readonly string[],
) {
  const happened = (): Happened => ({ at: new Date(clock.now()).toISOString(), deployment });
  const about = (subject: Subject | undefined): About => ({
    ...happened(),
    consumer: subject?.consumer,
    character: subject?.character || undefined,
  });
  const textOf = (store: OpenStore, { reservation }: ConversationRecord) =>
    store.textOf(consumerOf(reservation), reservation);

  function emit(event: BrokerEvent): void {
    if (onEvent === undefined) return;
    const failed = (error: unknown) =>
      logger.warn({ type: event.type, cause: describe(error, secrets()) }, "The option onEvent failed");
    Promise.resolve(event).then(onEvent).catch(failed);
  }

  return {
    /** Describes a failure of `onEvent` for the log, with secrets masked. */
    describe: (error: unknown) => describe(error, secrets()),
    /** Whether there is an `onEvent`. */
    areHeard: onEvent !== undefined,

    /** Reports something about the store or the deployment. */
    store: (event: StoreEvent) => emit({ ...happened(), ...event }),

    /** Reports a start without a conversation. */
    start: (subject: Subject, event: StartEvent) => emit({ ...about(subject), ...event }),

    /** Reports something about a conversation. @param subject default: read from the store */
    record(store: OpenStore, record: ConversationRecord, event: RecordEvent, subject?: Subject): void {
      if (onEvent === undefined) return;
      const { conversation = "" } = record;
      const send = (known: Subject | undefined) =>
        // The common fields and the event's own are exactly those of its type.
        emit({ ...about(known), conversation, ...event } as BrokerEvent);
      if (subject !== undefined) send(subject);
      else void textOf(store, record).then(send);
    },

    /**
     * Delivers the end of a conversation, or of a start that was never found. Resolves when `onEvent` has.
     *
     * @throws the error of `onEvent`, or an error after `hookSeconds`
     */
    async end(store: OpenStore, record: ConversationRecord): Promise<void> {
      if (onEvent === undefined) return;
      const { reservation: id, conversation, reason = "server", seconds = 0, startedAt = record.reservedAt } = record;
      const common = { ...about(await textOf(store, record)), id };
      const times = { seconds, startedAt: new Date(startedAt).toISOString() };
      const event: BrokerEvent =
        conversation === undefined
          ? { ...common, type: "start.never-found" }
          : { ...common, type: "conversation.ended", conversation, reason, ...times };
      const outcome = await outcomeWithin(clock, timeouts.hookSeconds, () => onEvent(event));
      if (outcome === timeOver) throw new Error(`onEvent took more than ${timeouts.hookSeconds} s`);
    },
  };
}
