import type { Background } from "../background.js";
import { stopwatch } from "../clock.js";
import { pause } from "../deadline.js";
import { BrokerError } from "../errors.js";
import type { Settings } from "../settings.js";
import { SharedWork } from "../shared-work.js";
import { type ConsumerState, type ConversationRecord, EMPTY_STATE } from "../state/state.js";
import { importConversation } from "../state/transitions.js";
import { StoreError } from "../store/session.js";
import type { SeenConversation } from "../upstream/conversation.js";
import { conversationsOf } from "../upstream/scan.js";
import type { Upstream } from "../upstream/upstream.js";
import type { Ends } from "./end.js";
import type { Events } from "./events.js";
import type { OpenStore } from "./open-store.js";
import { consumerOf, openedAt, readName, segmentsThatMayRun, type UpstreamName } from "./upstream-name.js";

/** No conversation lasts longer, in seconds. Counts where Equos does not say how long one may run. */
const DAY_SECONDS = 86_400;
/** Lease of the server that recovers, in ms. If it dies, another one takes over. */
const RECOVERY_LEASE_MS = 30_000;
/** A recovery counts as lost after this, in seconds: a platform may end it together with its request. */
const LOST_SECONDS = 60;
/** How long to wait for another server's recovery before asking again, in ms. */
const ASK_AGAIN_MS = 500;
/** Delay after a reconcile that failed, in ms. */
const AFTER_FAILURE_MS = 10_000;
/** Interval of regular reconciles, in multiples of the longest start: about 5 minutes, or an hour for a whole organization. */
const INTERVAL_IN_STARTS = { ownSegments: 3, wholeOrganization: 36 };
/** Requests to Equos at a time. */
const AT_ONCE = 20;
/** Stands for the tenant of a conversation whose own one is not known: no consumer has this name. */
const UNKNOWN_TENANT = "\0";

/** Options of `broker.reconcile`. */
export interface ReconcileOptions {
  /** Only report what would be done. */
  readonly dryRun?: boolean | undefined;
}

/** What a reconcile has done, or would do. The ids are Equos'. */
export interface ReconcileReport {
  readonly dryRun: boolean;
  /** Running conversations of this deployment at Equos. */
  readonly running: number;
  /** Ran without a record, and no consumer was in them. */
  readonly stopped: readonly string[];
  /** Ran without a record, and a consumer had joined. */
  readonly adopted: readonly string[];
  /** Had a record that said running, and did not run any more. */
  readonly ended: readonly string[];
  /** Belong to a store that was opened later: another installation of the same name. Nothing was done. */
  readonly clashes: readonly string[];
}

interface Report extends ReconcileReport {
  readonly stopped: string[];
  readonly adopted: string[];
  readonly ended: string[];
  readonly clashes: string[];
}

/** A conversation of this deployment that runs at Equos. */
interface Found {
  readonly seen: SeenConversation;
  readonly name: UpstreamName;
}

export interface ReconcilerDependencies {
  readonly settings: Settings;
  readonly upstream: Upstream;
  readonly events: Events;
  readonly ends: Ends;
  readonly background: Background;
}

/** Compares Equos' list with the store and repairs differences: on request, after a loss, and regularly. */
export class Reconciler {
  readonly #with: ReconcilerDependencies;
  readonly #running: SharedWork<"recovery" | "regular", void>;
  /** Our name among the owners of leases. Made at first use. */
  #owner: string | undefined;
  /** Time since the last regular reconcile was due to be done, and how long to wait from there, in ms. */
  #next: { readonly elapsed: () => number; readonly afterMs: number } | undefined;
  /** Time since a recovery that failed, in ms. */
  #failure: (() => number) | undefined;
  /** The loss whose recovery was reported. */
  #reportedLoss: string | undefined;
  /** Time since a recovery, until the second reconcile that follows it. */
  #afterLoss: { readonly elapsed: () => number; readonly afterMs: number } | undefined;

  constructor(dependencies: ReconcilerDependencies) {
    this.#with = dependencies;
    this.#running = new SharedWork(dependencies.settings.clock, LOST_SECONDS);
  }

  /** Recovers after a loss. Resolves when this server is done, or another one may be. */
  recover(store: OpenStore): Promise<void> {
    return this.#running.run("recovery", () => this.#recover(store));
  }

  /** For the sweep: not while a recovery is under way, and not at once after one that failed. */
  async recoverIfIdle(store: OpenStore): Promise<void> {
    const isEarly = this.#failure !== undefined && this.#failure() < AFTER_FAILURE_MS;
    if (isEarly || this.#running.underWay("recovery")) return;
    await this.recover(store);
  }

  /** To be called often. Rarely does anything. */
  async regularly(store: OpenStore): Promise<void> {
    if (store.isShared) await this.#running.run("regular", () => this.#regularly(store));
  }

  async #recover(store: OpenStore): Promise<void> {
    const { settings, events } = this.#with;
    const owner = this.#leaseOwner();
    if (!(await store.session.acquireLease("recovery", owner, RECOVERY_LEASE_MS))) {
      return await pause(settings.clock, ASK_AGAIN_MS);
    }
    try {
      const { lossId } = store.session;
      if (lossId === undefined || lossId !== this.#reportedLoss) events.store({ type: "store.recovering" });
      this.#reportedLoss = lossId;
      let elapsed = stopwatch(settings.clock);
      const onProgress = async () => {
        this.#running.extend("recovery");
        if (elapsed() < RECOVERY_LEASE_MS / 3) return;
        elapsed = stopwatch(settings.clock);
        await store.session.acquireLease("recovery", owner, RECOVERY_LEASE_MS);
      };
      await this.reconcile(store, {}, onProgress);
      this.#failure = undefined;
      // A loss during the recovery has another id, and is recovered next.
      if (lossId !== undefined) await store.session.updateMeta({ recovered: lossId });
      // What was sent before the loss is at Equos after the longest start.
      this.#afterLoss = { elapsed: stopwatch(settings.clock), afterMs: settings.reservedForMs };
      events.store({ type: "store.recovered" });
    } catch (error) {
      this.#failure = stopwatch(settings.clock);
      throw error;
    } finally {
      await Promise.resolve(store.session.acquireLease("recovery", owner, 0)).catch(() => undefined);
    }
  }

  async #regularly(store: OpenStore): Promise<void> {
    const { settings } = this.#with;
    const { clock, client, reservedForMs } = settings;
    if (this.#afterLoss !== undefined && this.#afterLoss.elapsed() >= this.#afterLoss.afterMs) {
      // Repeated soon if it fails.
      this.#afterLoss = { elapsed: stopwatch(clock), afterMs: AFTER_FAILURE_MS };
      await this.reconcile(store, {});
      this.#afterLoss = undefined;
    }
    if (this.#next !== undefined && this.#next.elapsed() < this.#next.afterMs) return;
    const { ownSegments, wholeOrganization } = INTERVAL_IN_STARTS;
    const everyMs = (client === undefined ? ownSegments : wholeOrganization) * reservedForMs;
    const owner = this.#leaseOwner();
    this.#next = { elapsed: stopwatch(clock), afterMs: AFTER_FAILURE_MS };
    if (await store.session.acquireLease("reconcile", owner, everyMs * 0.9)) {
      try {
        await this.reconcile(store, {});
      } catch (error) {
        await Promise.resolve(store.session.acquireLease("reconcile", owner, 0)).catch(() => undefined);
        throw error;
      }
    }
    this.#next = { elapsed: stopwatch(clock), afterMs: everyMs };
  }

  #leaseOwner(): string {
    this.#owner ??= crypto.randomUUID();
    return this.#owner;
  }

  /**
   * Compares and repairs. Lists Equos first and loads states afterwards: a reservation is saved before its conversation is
   * created, so a conversation that is listed and has no record then has none.
   *
   * @throws BrokerError `deployment-missing`, `store-unavailable`, any `upstream-…`
   */
  async reconcile(
    store: OpenStore,
    { dryRun = false }: ReconcileOptions,
    onProgress: () => Promise<void> = async () => undefined,
  ): Promise<ReconcileReport> {
    const { deployment } = this.#with.settings;
    if (deployment === undefined) {
      const hint = "reconcile needs the option deployment, to tell its own conversations from others";
      throw new BrokerError("deployment-missing", { hint });
    }
    const found = await this.#list(deployment, onProgress);
    const report: Report = { dryRun, running: found.size, stopped: [], adopted: [], ended: [], clashes: [] };
    // What the store calls running is verified first: an old record must not cost the consumer the conversation in use.
    await this.#verifyRecords(store, found, report);
    for (const { seen, name } of found.values()) {
      await onProgress();
      await this.#repair(store, seen, name, report);
    }
    return report;
  }

  /** Conversations by id, so that one that moves within the list counts once. */
  async #list(deployment: string, onProgress: () => Promise<void>): Promise<Map<string, Found>> {
    const { settings, upstream } = this.#with;
    const found = new Map<string, Found>();
    for (const segment of segmentsThatMayRun(settings)) {
      for await (const page of conversationsOf(upstream, segment)) {
        await onProgress();
        for (const seen of page) {
          const name = readName(seen.name);
          if (seen.running && name?.deployment === deployment) found.set(seen.id, { seen, name });
        }
      }
    }
    return found;
  }

  /** Ends running records that Equos did not list and does not know as running. Replaces damaged states. */
  async #verifyRecords(store: OpenStore, found: ReadonlyMap<string, Found>, report: Report): Promise<void> {
    const missing: ConversationRecord[] = [];
    for await (const { consumer, state } of store.session.list()) {
      if ("unreadable" in state) {
        if (state.unreadable === "damaged" && !report.dryRun) await replaceDamaged(store, consumer);
        continue;
      }
      missing.push(
        ...state.records.filter(({ status, conversation = "" }) => status === "running" && !found.has(conversation)),
      );
    }
    const { upstream, ends } = this.#with;
    const verify = async ({ reservation, conversation = "" }: ConversationRecord) => {
      const look = await upstream.look(conversation);
      if (look.says !== "over" && look.says !== "nothing") return;
      report.ended.push(conversation);
      if (report.dryRun) return;
      const { seconds, endedAt } = look.says === "over" ? look.conversation : {};
      await ends.markEnded(store, { reservation, reason: "upstream", seconds, endedAt });
    };
    for (let from = 0; from < missing.length; from += AT_ONCE) {
      await Promise.all(missing.slice(from, from + AT_ONCE).map(verify));
    }
  }

  async #repair(store: OpenStore, seen: SeenConversation, name: UpstreamName, report: Report): Promise<void> {
    const { events, upstream } = this.#with;
    const isOwn = name.storeId === store.id;
    if (!isOwn && openedAt(name.storeId) > openedAt(store.id)) {
      report.clashes.push(seen.id);
      if (!report.dryRun) events.store({ type: "deployment.clash", conversation: seen.id, store: name.storeId });
      return;
    }
    const consumer = await this.#consumerKey(store, seen, name);
    const state = await readableState(store, consumer);
    // A state of a newer release is left to servers that can read it.
    if (state === undefined) return;
    const record = state.records.find(
      ({ reservation, conversation }) => reservation === name.reservation || conversation === seen.id,
    );
    // Any other status is being worked on, or becomes due.
    if (record !== undefined && record.status !== "ended") return;
    // It may have ended since it was listed.
    if (record !== undefined && (await upstream.look(seen.id)).says !== "running") return;
    const goesOn = record === undefined && seen.joined;
    if (report.dryRun) (goesOn ? report.adopted : report.stopped).push(seen.id);
    else if (!(await this.#import(store, consumer, seen, name, goesOn, report)) && record?.conversation === seen.id) {
      // Its end was announced already.
      report.stopped.push(seen.id);
      await upstream.stop(seen.id);
    }
  }

  /** Takes a conversation into the state of its consumer: to go on, or to be stopped. Returns whether that changed it. */
  async #import(
    store: OpenStore,
    consumer: string,
    seen: SeenConversation,
    name: UpstreamName,
    goesOn: boolean,
    report: Report,
  ): Promise<boolean> {
    const { settings, events, ends } = this.#with;
    const { limits, heartbeatTimeoutMs, leaseMs } = settings;
    const reservation = isKeyOf(consumer, name)
      ? name.reservation
      : `${consumer}.${name.reservation.replace(".", "_")}`;
    const identity = seen.consumerIdentity ?? "";
    const sealed = await store.seal({ consumer: { identity }, character: "", segment: "" }, reservation);
    const outcome = await store.session.update(consumer, ({ state, now }) =>
      importConversation(
        state,
        {
          reservation,
          conversation: seen.id,
          sealed,
          startedAt: Math.min(seen.startedAt ?? now, now),
          maxSeconds: seen.maxSeconds ?? DAY_SECONDS,
          reason: goesOn ? undefined : "orphan",
          heartbeatTimeoutMs: name.sendsHeartbeats ? heartbeatTimeoutMs : undefined,
          active: typeof limits === "function" ? undefined : (limits?.perConsumer?.active ?? 1),
          leaseMs,
        },
        now,
      ),
    );
    if (!outcome.changed) return false;
    this.#with.background.wake();
    if (outcome.record.status === "running") {
      report.adopted.push(seen.id);
      events.record(store, outcome.record, { type: "conversation.adopted" });
    } else {
      report.stopped.push(seen.id);
      await ends.stop(store, outcome.record);
    }
    return true;
  }

  /** The name's own key in this store. Of another store's, the key is derived; Equos knows no tenant. */
  #consumerKey(store: OpenStore, seen: SeenConversation, name: UpstreamName): string | Promise<string> {
    if (name.storeId === store.id) return consumerOf(name.reservation);
    const identity = seen.consumerIdentity ?? "";
    return store.consumerKey(name.hasTenant ? { identity, tenant: UNKNOWN_TENANT } : { identity });
  }
}

const isKeyOf = (consumer: string, { reservation }: UpstreamName): boolean => consumerOf(reservation) === consumer;

async function readableState(store: OpenStore, consumer: string): Promise<ConsumerState | undefined> {
  try {
    return (await store.session.read({ consumer })).state;
  } catch (error) {
    if (error instanceof StoreError && error.kind === "unreadable") return undefined;
    throw error;
  }
}

/** Only after Equos was listed completely: what runs is imported into the empty state. */
async function replaceDamaged(store: OpenStore, consumer: string): Promise<void> {
  await store.session.update(
    consumer,
    ({ state, now }) => {
      // Another server was faster.
      if (state !== EMPTY_STATE) return { outcome: undefined };
      return { outcome: undefined, change: { state: { ...EMPTY_STATE, generation: now } } };
    },
    { replaceUnreadable: true },
  );
}
