import { isPromise } from "../deadline.js";
import { SharedWork } from "../shared-work.js";
import { promisedHeartbeats } from "../state/presence.js";
import type { ConversationRecord, ConversationStatus } from "../state/state.js";
import {
  acknowledgeEnd,
  type EndRequest,
  markEnded,
  markJoined,
  requestStop,
  retryLater,
} from "../state/transitions.js";
import type { Context, WaitUntil } from "./context.js";
import type { OpenStore } from "./open-store.js";

/** Longest delay before a stop is requested again, in ms: about Equos' own retry interval. */
const MAX_STOP_DELAY_MS = 15_000;
/** Longest delay before an end is delivered again, in ms. */
const MAX_ANNOUNCE_DELAY_MS = 300_000;
/** Delay before a conversation is checked again of which nothing can be concluded, in ms. A join may yet be reported. */
const UNKNOWN_JOIN_DELAY_MS = 60_000;

/** Returns the delay before the next attempt, in ms: 1 s after the first one, then twice as long each time. */
export const backoffMs = (attempts: number, maxMs: number): number =>
  Math.min(1000 * 2 ** Math.max(0, attempts - 1), maxMs);

export type Ends = ReturnType<typeof createEnds>;

/** Brings conversations to their end: stops them at Equos, records the end, and announces it. */
export function createEnds({ settings, upstream, events, background, pending }: Context) {
  const { clock, timeouts, logger, leaseMs } = settings;
  /** Conversations that were stopped while the store was down, until it knows. By Equos' id. */
  const stoppedWithoutStore = new Set<string>();
  /** Stops under way in this process, by reservation. Each takes two calls to Equos and two saves. */
  const stopping = new SharedWork<string, ConversationStatus>(
    clock,
    2 * (timeouts.stopSeconds + timeouts.storeSeconds),
  );

  /**
   * Stops a `stopping` conversation at Equos and records the end. Callers of the same conversation share one stop. If Equos
   * does not confirm, the record stays `stopping` and the sweep tries again.
   *
   * @param waitUntil keeps a serverless function alive for the announcement
   */
  function stop(store: OpenStore, record: ConversationRecord, waitUntil?: WaitUntil): Promise<ConversationStatus> {
    const { reservation, status, conversation, reason = "server", attempts = 1 } = record;
    if (status !== "stopping" || conversation === undefined) return Promise.resolve(status);
    const run = async () => {
      if (attempts <= 1) events.record(store, record, { type: "conversation.stopping", reason });
      const { confirmed, seconds, endedAt, failure } = await upstream.stop(conversation);
      if (confirmed) {
        await end(store, { reservation, reason, seconds, endedAt }, waitUntil);
        return "ended";
      }
      logger.warn({ conversation, upstream: failure }, "Equos has not confirmed a stop; trying again");
      events.record(store, record, { type: "stop.unconfirmed", upstream: failure });
      await postpone(store, record, backoffMs(attempts, MAX_STOP_DELAY_MS));
      return "stopping";
    };
    return background.track(stopping.run(reservation, run));
  }

  /** Records that nothing runs at Equos, in the background if the store fails. Then announces the end. */
  function end(store: OpenStore, request: Omit<EndRequest, "announce">, waitUntil?: WaitUntil): Promise<void> {
    const announcement = events.areHeard ? leaseMs : "none";
    return background.persist(
      () => store.change(markEnded, { ...request, announce: announcement }),
      (moved) => {
        pending.notify(request.reservation);
        background.wake();
        if (!moved?.changed || moved.record.announcedAt !== undefined) return;
        const announcing = background.track(announce(store, moved.record));
        waitUntil?.(announcing);
      },
      waitUntil,
    );
  }

  /** Delivers the end to `onEvent` and acknowledges it. After a rejection the sweep delivers it again. Never rejects. */
  async function announce(store: OpenStore, record: ConversationRecord): Promise<void> {
    const { reservation, conversation, attempts = 1 } = record;
    try {
      await events.end(store, record);
    } catch (error) {
      const details = { conversation, reservation, cause: events.describe(error) };
      logger.warn(details, "onEvent did not take the end of a conversation; delivering it again");
      return await postpone(store, record, backoffMs(attempts, MAX_ANNOUNCE_DELAY_MS));
    }
    try {
      const saved = store.change(acknowledgeEnd, { reservation });
      if (isPromise(saved)) await saved;
    } catch {
      // Delivered again after the lease: at least once.
    }
  }

  /** Gives work back to the sweep. If that cannot be saved, the lease ends by itself. Never rejects. */
  async function postpone(store: OpenStore, { reservation }: ConversationRecord, afterMs: number): Promise<void> {
    background.wake();
    try {
      await store.change(retryLater, { reservation, afterMs });
    } catch {
      // The lease of the record ends by itself.
    }
  }

  /** Requests Equos' view of a running conversation, and records an end or a join. */
  async function look(
    store: OpenStore,
    record: ConversationRecord,
  ): Promise<"over" | "joined" | "running" | "failure"> {
    const { reservation, conversation = "" } = record;
    const answer = await upstream.look(conversation);
    if (answer.says === "failure") return "failure";
    if (answer.says !== "running") {
      const { seconds, endedAt } = answer.says === "over" ? answer.conversation : {};
      await end(store, { reservation, reason: "upstream", seconds, endedAt });
      return "over";
    }
    if (!answer.conversation.joined) return "running";
    if (!store.session.joinSeen) await store.session.updateMeta({ joinSeen: true });
    // Equos may count the avatar as joined, so a page that has promised heartbeats joins by those alone.
    if (promisedHeartbeats(record)) return "running";
    const moved = record.joined ? undefined : await store.change(markJoined, { reservation });
    if (moved?.changed) events.record(store, moved.record, { type: "conversation.joined" });
    return "joined";
  }

  /** The join deadline has passed. Stops the conversation if it is certain that no consumer has joined. */
  async function checkJoin(store: OpenStore, record: ConversationRecord): Promise<void> {
    const { reservation, attempts = 1 } = record;
    const answer = await look(store, record);
    if (answer === "failure") return await postpone(store, record, backoffMs(attempts, MAX_STOP_DELAY_MS));
    if (answer !== "running") return;
    if (!store.session.joinSeen && !promisedHeartbeats(record)) {
      if (attempts <= 1) events.record(store, record, { type: "join.unknown" });
      return await postpone(store, record, UNKNOWN_JOIN_DELAY_MS);
    }
    const request = { reservation, reason: "join-timeout", ifUnjoined: true, leaseMs } as const;
    const outcome = await store.change(requestStop, request);
    if (outcome.outcome === "found" && outcome.changed) await stop(store, outcome.record);
  }

  return {
    ...{ stop, end, announce, postpone, look, checkJoin, stoppedWithoutStore },
    isStopping: (reservation: string) => stopping.underWay(reservation),
  };
}
