import type { Consumer } from "../consumer.js";
import { BrokerError, isBrokerError } from "../errors.js";
import { heartbeat, pageHide } from "../state/presence.js";
import type { ConversationStatus, EndReason } from "../state/state.js";
import type { Target } from "../state/target.js";
import { requestStop } from "../state/transitions.js";
import type { Context, WaitUntil } from "./context.js";
import type { Ends } from "./end.js";
import type { OpenStore } from "./open-store.js";
import { readName } from "./upstream-name.js";

/** Which conversation a caller means, and what entitles the caller to it. */
export interface Proof {
  /** Possession of the conversation's token is proof enough. */
  readonly token?: string | undefined;
  /** Only conversations of this consumer. */
  readonly consumer?: Pick<Consumer, "identity" | "tenant"> | undefined;
  /** Equos' id. Without `token` and `consumer` the server itself asks. */
  readonly id?: string | undefined;
  /** Resolves the consumer beside a token that the store does not know, or cannot look up. */
  readonly resolveConsumer?: (() => Promise<Proof["consumer"]>) | undefined;
}

export interface StopRequest extends Proof {
  /** The page's generation. A newer page's conversation is not stopped. Default: stop in any case. */
  readonly generation?: number | undefined;
  /** The page closes or reloads. The stop waits `reloadGraceSeconds` for a page that comes back. */
  readonly pageHide?: boolean | undefined;
  readonly reason: EndReason;
  /** Keeps a serverless function alive for work after the response. */
  readonly waitUntil?: WaitUntil | undefined;
}

/** What a stop has come to. */
export interface Stopped {
  readonly conversation: {
    readonly id: string;
    /** `stopping`: Equos has not confirmed it yet; the broker tries again. */
    readonly status: "running" | "stopping" | "ended";
  };
}

/** What a heartbeat names. */
export interface HeartbeatRequest extends Proof {
  /** The page's generation. */
  readonly generation?: number | undefined;
}

export type Stops = ReturnType<typeof createStops>;

/** Stops conversations, and records pages that close and pages that are still there. */
export function createStops({ settings, stores, upstream, events, background, pending }: Context, ends: Ends) {
  const { clock, timeouts, logger, deployment, leaseMs, reloadGraceMs, heartbeatTimeoutMs } = settings;

  /**
   * Stops a conversation, or schedules that for a page that closes.
   *
   * @throws BrokerError `not-found`, `several-conversations`, `outdated`, or `store-unavailable` if Equos' record is no help
   */
  async function stop(request: StopRequest): Promise<Stopped> {
    // What the store has shown to be the caller's, before a save failed.
    const proven: { id?: string | undefined } = {};
    try {
      return await stopInStore(await stores.open(), request, proven);
    } catch (error) {
      if (!isBrokerError(error) || error.code !== "store-unavailable" || request.pageHide) throw error;
      return await stopWithoutStore(proven.id ?? (await proveWithoutStore(request, error)), request.reason, error);
    }
  }

  async function stopInStore(
    store: OpenStore,
    request: StopRequest,
    proven: { id?: string | undefined } = {},
  ): Promise<Stopped> {
    const { reason, generation, waitUntil } = request;
    const { consumer, target } = await locate(store, request);
    const until = clock.now() + timeouts.startSeconds * 1000;
    let waitedFor: string | undefined;
    for (;;) {
      const outcome = await store.session.update(consumer, ({ state, now }) => {
        // A stop during the start means the generation of that start.
        const started = state.records.find(({ reservation }) => reservation === waitedFor);
        const page = { ...target, generation: generation ?? started?.firstGeneration };
        const decision = request.pageHide
          ? pageHide(state, { ...page, graceMs: reloadGraceMs }, now)
          : requestStop(state, { ...page, reason, leaseMs }, now);
        if (decision.outcome.outcome === "found") proven.id = decision.outcome.record.conversation;
        return decision;
      });
      switch (outcome.outcome) {
        case "found": {
          const { record, changed } = outcome;
          if (!request.pageHide) {
            // Another server's stop is not repeated.
            const isHere = changed || ends.isStopping(record.reservation);
            return stopped(record.conversation, isHere ? await ends.stop(store, record, waitUntil) : record.status);
          }
          if (changed) {
            events.record(store, record, { type: "conversation.leaving", generation });
            background.wake();
          }
          return stopped(record.conversation, record.status);
        }
        case "outdated":
          throw new BrokerError("outdated", { generation: outcome.generation });
        case "ambiguous":
          throw new BrokerError("several-conversations");
        case "not-found":
          throw notFound(store);
        case "pending":
          if (clock.now() >= until) throw new BrokerError("not-found");
          waitedFor = outcome.reservation;
          await pending.wait(waitedFor);
      }
    }
  }

  /**
   * The one fallback while the store is unavailable: Equos' own record decides whether the conversation is the caller's. An
   * owner's stop needs a consumer without a tenant, the id, and a conversation of this deployment.
   */
  async function proveWithoutStore(request: StopRequest, storeError: BrokerError): Promise<string> {
    const { id, token } = request;
    if (id === undefined) throw storeError;
    const consumer = token === undefined ? request.consumer : await request.resolveConsumer?.();
    if ((token !== undefined && consumer === undefined) || consumer?.tenant) throw storeError;
    const look = await upstream.look(id, { isUntrusted: true });
    if (look.says === "failure") throw storeError;
    if (look.says === "nothing") throw new BrokerError("not-found");
    const name = readName(look.conversation.name);
    const isOurs = name !== undefined && name.deployment === (deployment ?? "");
    const isTheirs =
      consumer === undefined || (look.conversation.consumerIdentity === consumer.identity && !name?.hasTenant);
    if (!isOurs || !isTheirs) throw new BrokerError("not-found");
    return id;
  }

  /** Stops at Equos first. The store is told in the background: until then it would hand the conversation out again. */
  async function stopWithoutStore(id: string, reason: EndReason, storeError: BrokerError): Promise<Stopped> {
    logger.warn({ conversation: id }, "Stopped without the store, which is not available");
    ends.stoppedWithoutStore.add(id);
    const recording = background.retry(async () => await stopInStore(await stores.open(), { id, reason }));
    void background.track(recording).finally(() => ends.stoppedWithoutStore.delete(id));
    const { confirmed } = await upstream.stop(id);
    if (!confirmed) throw storeError;
    return stopped(id, "ended");
  }

  /**
   * Records that a page is still in a conversation.
   *
   * @throws BrokerError `not-found`, `several-conversations`, or `conversation-ended`
   */
  async function recordHeartbeat({ generation, ...proof }: HeartbeatRequest): Promise<void> {
    const store = await stores.open();
    const { consumer, target } = await locate(store, proof);
    const request = { ...target, generation, heartbeatTimeoutMs };
    let hasEnded = false;
    const outcome = await store.session.update(consumer, ({ state, now }) => {
      // A page that names its consumer only has one conversation, which has ended.
      const isUnnamed = target.token === undefined && target.conversation === undefined;
      hasEnded = isUnnamed && state.records.some(({ status, conversation }) => status === "ended" && conversation);
      return heartbeat(state, request, now);
    });
    if (outcome.outcome === "ambiguous") throw new BrokerError("several-conversations");
    // Its start is under way: no page has it yet.
    if (outcome.outcome === "pending") throw new BrokerError("not-found");
    if (outcome.outcome === "not-found") throw hasEnded ? new BrokerError("conversation-ended") : notFound(store);
    if (outcome.record.status !== "running") throw new BrokerError("conversation-ended");
    if (outcome.changed) events.record(store, outcome.record, { type: "conversation.joined" });
  }

  return { stop, heartbeat: recordHeartbeat };
}

/** Returns the consumer key that a caller means, and the conversation in its state. */
async function locate(
  store: OpenStore,
  { token, consumer, id, resolveConsumer }: Proof,
): Promise<{ readonly consumer: string; readonly target: Target }> {
  if (token === undefined && consumer !== undefined) {
    return { consumer: await store.consumerKey(consumer), target: { conversation: id } };
  }
  const tokenHash = token === undefined ? undefined : await store.tokenKey(token);
  const alias = tokenHash ?? id;
  const owner = alias === undefined ? undefined : (await store.session.read({ alias })).consumer;
  if (owner !== undefined) return { consumer: owner, target: { token: tokenHash, conversation: id } };
  // The token of an imported conversation is not known.
  const known = id === undefined ? undefined : await resolveConsumer?.();
  if (known === undefined) throw notFound(store);
  return { consumer: await store.consumerKey(known), target: { conversation: id } };
}

/** A store that has lost data may have lost this conversation too. */
function notFound(store: OpenStore): BrokerError {
  if (store.session.lossId === undefined) return new BrokerError("not-found");
  const hint = "The store has lost data; an unknown conversation may be one of those that are being found again";
  return new BrokerError("store-unavailable", { hint, retryAfterSeconds: 5 });
}

function stopped(id = "", status: ConversationStatus): Stopped {
  return { conversation: { id, status: status === "running" || status === "stopping" ? status : "ended" } };
}
