import type { Background } from "../background.js";
import type { Consumer } from "../consumer.js";
import { BrokerError, isBrokerError } from "../errors.js";
import type { Settings } from "../settings.js";
import { pageHide } from "../state/presence.js";
import type { ConversationRecord, ConversationStatus, Decision, EndReason } from "../state/state.js";
import type { Target } from "../state/target.js";
import { requestStop, type StopOutcome } from "../state/transitions.js";
import type { Snapshot } from "../store/session.js";
import type { Upstream } from "../upstream/upstream.js";
import type { Ends } from "./end.js";
import type { Events } from "./events.js";
import type { OpenStore, StoreOpener } from "./open-store.js";
import type { Pending } from "./pending.js";
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
  readonly waitUntil?: ((task: Promise<unknown>) => void) | undefined;
}

/** What a stop has come to. */
export interface Stopped {
  readonly conversation: {
    readonly id: string;
    /** `stopping`: Equos has not confirmed it yet; the broker tries again. */
    readonly status: "running" | "stopping" | "ended";
  };
}

export interface StopsDependencies {
  readonly settings: Settings;
  readonly stores: StoreOpener;
  readonly upstream: Upstream;
  readonly events: Events;
  readonly ends: Ends;
  readonly pending: Pending;
  readonly background: Background;
}

/** Stops conversations, and notes pages that close. */
export class Stops {
  readonly #with: StopsDependencies;

  constructor(dependencies: StopsDependencies) {
    this.#with = dependencies;
  }

  /** @throws BrokerError `not-found`, `several-conversations`, `outdated`, or `store-unavailable` if Equos' record is no help */
  async stop(request: StopRequest): Promise<Stopped> {
    // What the store has shown to be the caller's, before a save failed.
    const proven: { record?: ConversationRecord } = {};
    try {
      const store = await this.#with.stores.open();
      const record = await this.#inStore(store, request, proven);
      return stopped(record.conversation, await this.#finish(store, record, request));
    } catch (error) {
      if (!isBrokerError(error) || error.code !== "store-unavailable" || request.pageHide) throw error;
      const id = proven.record?.conversation ?? (await this.#proveWithoutStore(request, error));
      return await this.#stopWithoutStore(id, request.reason, error);
    }
  }

  /** Requests the stop, or notes the page's end. A stop that meets the start of its conversation waits for it. */
  async #inStore(
    store: OpenStore,
    request: StopRequest,
    proven: { record?: ConversationRecord } = {},
  ): Promise<ConversationRecord & { readonly isOurs?: boolean }> {
    const { settings, pending } = this.#with;
    const { reason, generation: given } = request;
    const { consumer, target } = await locate(store, request);
    const until = settings.clock.now() + settings.timeouts.startSeconds * 1000;
    let waitedFor: string | undefined;
    const decide = ({ state, now }: Snapshot): Decision<StopOutcome> => {
      // A stop during the start means the generation of that start.
      const started = state.records.find(({ reservation }) => reservation === waitedFor);
      const generation = given ?? started?.firstGeneration;
      const decision = request.pageHide
        ? pageHide(state, { ...target, generation, graceMs: settings.reloadGraceMs }, now)
        : requestStop(state, { ...target, reason, generation, leaseMs: settings.leaseMs }, now);
      if (decision.outcome.outcome === "found") proven.record = decision.outcome.record;
      return decision;
    };
    for (;;) {
      const outcome = await store.session.update(consumer, decide);
      switch (outcome.outcome) {
        case "found":
          return outcome.changed ? { ...outcome.record, isOurs: true } : outcome.record;
        case "outdated":
          throw new BrokerError("outdated", { generation: outcome.generation });
        case "ambiguous":
          throw new BrokerError("several-conversations");
        case "not-found":
          throw notFound(store);
        case "pending":
          if (settings.clock.now() >= until) throw new BrokerError("not-found");
          waitedFor = outcome.reservation;
          await pending.wait(waitedFor);
      }
    }
  }

  async #finish(
    store: OpenStore,
    record: ConversationRecord & { readonly isOurs?: boolean },
    { pageHide: isPageHide, generation, waitUntil }: StopRequest,
  ): Promise<ConversationStatus> {
    const { events, ends, background } = this.#with;
    if (isPageHide) {
      if (record.isOurs) {
        events.record(store, record, { type: "conversation.leaving", generation });
        background.wake();
      }
      return record.status;
    }
    // Another server's stop is not repeated.
    const isHere = record.isOurs || ends.isStopping(record.reservation);
    return isHere ? await ends.stop(store, record, waitUntil) : record.status;
  }

  /**
   * The one fallback while the store is unavailable: Equos' own record decides whether the conversation is the caller's. An
   * owner's stop needs a consumer without a tenant, the id, and a conversation of this deployment.
   */
  async #proveWithoutStore(request: StopRequest, storeError: BrokerError): Promise<string> {
    const { upstream, settings } = this.#with;
    const { id, token } = request;
    if (id === undefined) throw storeError;
    const consumer = token === undefined ? request.consumer : await request.resolveConsumer?.();
    if ((token !== undefined && consumer === undefined) || consumer?.tenant !== undefined) throw storeError;
    const look = await upstream.look(id, { isUntrusted: true });
    if (look.says === "failure") throw storeError;
    if (look.says === "nothing") throw new BrokerError("not-found");
    const name = readName(look.conversation.name);
    const isOurs = name !== undefined && name.deployment === (settings.deployment ?? "");
    const isTheirs =
      consumer === undefined || (look.conversation.consumerIdentity === consumer.identity && !name?.hasTenant);
    if (!isOurs || !isTheirs) throw new BrokerError("not-found");
    return id;
  }

  /** Stops at Equos first. The store is told in the background: until then it would hand the conversation out again. */
  async #stopWithoutStore(id: string, reason: EndReason, storeError: BrokerError): Promise<Stopped> {
    const { upstream, settings, background, ends, stores } = this.#with;
    settings.logger.warn({ conversation: id }, "Stopped without the store, which is not available");
    ends.stoppedWithoutStore.add(id);
    void background
      .track(
        background.retry(async () => {
          const store = await stores.open();
          await ends.stop(store, await this.#inStore(store, { id, reason }));
        }),
      )
      .finally(() => ends.stoppedWithoutStore.delete(id));
    const { confirmed } = await upstream.stop(id);
    if (!confirmed) throw storeError;
    return stopped(id, "ended");
  }
}

/** The state that a caller means, and the conversation in it. */
export async function locate(
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
export function notFound(store: OpenStore): BrokerError {
  if (store.session.lossId === undefined) return new BrokerError("not-found");
  const hint = "The store has lost data; an unknown conversation may be one of those that are being found again";
  return new BrokerError("store-unavailable", { hint, retryAfterSeconds: 5 });
}

function stopped(id: string | undefined, status: ConversationStatus): Stopped {
  return { conversation: { id: id ?? "", status: status === "running" || status === "stopping" ? status : "ended" } };
}
