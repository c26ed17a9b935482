import { stopwatch } from "../clock.js";
import { pause } from "../deadline.js";
import { BrokerError } from "../errors.js";
import { SharedWork } from "../shared-work.js";
import { type ConsumerState, type ConversationRecord, EMPTY_STATE } from "../state/state.js";
import { importConversation } from "../state/transitions.js";
import { StoreError } from "../store/session.js";
import type { SeenConversation } from "../upstream/conversation.js";
import { conversationsOf } from "../upstream/scan.js";
import { type Context, recordsOf } from "./context.js";
import type { Ends } from "./end.js";
import type { OpenStore } from "./open-store.js";
import { consumerOf, openedAt, readName, segmentsThatMayRun, type UpstreamName } from "./upstream-name.js";

/** No conversation lasts longer, in seconds. Counts where Equos does not say how long one may run. */
const DAY_SECONDS = 86_400;
/** Lease of the server that recovers, in ms. If it dies, another one takes over. */
const RECOVERY_LEASE_MS = 30_000;
/** A recovery counts as lost after this, in seconds: a platform may end it together with its request. */
const LOST_SECONDS = 60;
/** Delay before a server looks again whether another one has recovered, in ms. */
const RECOVERY_POLL_MS = 500;
/** Delay after a reconcile that failed, in ms. */
const AFTER_FAILURE_MS = 10_000;
/** Interval of regular reconciles, in multiples of the longest start: about 5 minutes, or an hour for a whole organization. */
const INTERVAL_IN_STARTS = { ownSegments: 3, wholeOrganization: 36 };
/** Interval, in ms, at which running conversations are looked at that no regular reconcile covers. */
const LOOK_INTERVAL_MS = 300_000;
/** Of more running conversations, Equos' list is read instead of each one. */
const MAX_LOOKS = 50;
/** Regular requests to Equos in a second. */
const REGULAR_REQUESTS = 10;
/** Stands for a tenant that is not known: no consumer has this name. */
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

/** A conversation of this deployment that runs at Equos. */
interface Found {
  readonly seen: SeenConversation;
  readonly name: UpstreamName;
}

export type Reconciler = ReturnType<typeof createReconciler>;

/** Compares Equos' list with the store and repairs differences: on request, after a loss, and regularly. */
export function createReconciler({ settings, upstream, events, background }: Context, ends: Ends) {
  const { clock, deployment, limits, heartbeatTimeoutMs, leaseMs, reservedForMs } = settings;
  const { ownSegments, wholeOrganization } = INTERVAL_IN_STARTS;
  const intervalMs = (settings.client === undefined ? ownSegments : wholeOrganization) * reservedForMs;
  /** Returns a function that tells whether this time, in ms, has passed. */
  const timer = (ms: number) => {
    const elapsed = stopwatch(clock);
    return () => elapsed() >= ms;
  };
  const running = new SharedWork<"recovery" | "regular", void>(clock, LOST_SECONDS);
  /** Owner of this server's leases. */
  let owner: string | undefined;
  let mayRecover = () => true;
  let isRegularDue = () => true;
  let areLooksDue: (() => boolean) | undefined;
  /** Regular requests since the present second began. */
  let requests = 0;
  let isSecondOver = () => true;
  /** Only between a recovery and the second reconcile that follows it. */
  let isSecondDue: (() => boolean) | undefined;
  /** The loss whose recovery was reported. */
  let reportedLoss: string | undefined;

  const lease = async (store: OpenStore, name: string, ms: number): Promise<boolean> => {
    owner ??= crypto.randomUUID();
    return await store.session.acquireLease(name, owner, ms);
  };
  const release = (store: OpenStore, name: string) => lease(store, name, 0).catch(() => undefined);

  /** Recovers after a loss. Resolves when this server is done, or another one may be. */
  const recover = (store: OpenStore): Promise<void> => running.run("recovery", () => recoverOnce(store));

  /** For the sweep: not while a recovery is under way, and not at once after one that failed. */
  async function recoverIfIdle(store: OpenStore): Promise<void> {
    if (mayRecover() && !running.underWay("recovery")) await recover(store);
  }

  /** For the sweep, which calls it often: compares the store with Equos about every five minutes. */
  async function regularly(store: OpenStore): Promise<void> {
    const compare = async () => {
      if (store.isShared) await reconcileIfDue(store);
      if (!store.isShared || settings.client !== undefined) await lookIfDue(store);
    };
    await running.run("regular", compare).catch((error: unknown) => {
      if (error !== closing) throw error;
    });
  }

  const atLeisure: Pace = {
    atOnce: 1,
    onStep: async () => {
      if (!background.isOpen) throw closing;
      running.extend("regular");
    },
    onRequest: async () => {
      if (isSecondOver()) requests = 0;
      if (requests >= REGULAR_REQUESTS) {
        await pause(clock, 1000);
        requests = 0;
      }
      if (requests === 0) isSecondOver = timer(1000);
      requests += 1;
    },
  };

  /** Equos may have ended a conversation by itself, while its page goes on sending heartbeats. */
  async function lookIfDue(store: OpenStore): Promise<void> {
    areLooksDue ??= timer(LOOK_INTERVAL_MS);
    if (!areLooksDue()) return;
    areLooksDue = timer(LOOK_INTERVAL_MS);
    if (store.isShared && !(await lease(store, "looks", LOOK_INTERVAL_MS * 0.9))) return;
    let count = 0;
    for await (const { status } of recordsOf(store)) if (status === "running") count += 1;
    const isListed = count > MAX_LOOKS && settings.client === undefined;
    const found = isListed ? await list(deployment ?? "", atLeisure) : new Map();
    await verifyRecords(store, found, newReport(false, 0), atLeisure);
  }

  async function recoverOnce(store: OpenStore): Promise<void> {
    if (!(await lease(store, "recovery", RECOVERY_LEASE_MS))) return await pause(clock, RECOVERY_POLL_MS);
    try {
      const { lossId } = store.session;
      if (lossId === undefined || lossId !== reportedLoss) events.store({ type: "store.recovering" });
      reportedLoss = lossId;
      let isRenewalDue = timer(RECOVERY_LEASE_MS / 3);
      const onStep = async () => {
        running.extend("recovery");
        if (!isRenewalDue()) return;
        isRenewalDue = timer(RECOVERY_LEASE_MS / 3);
        await lease(store, "recovery", RECOVERY_LEASE_MS);
      };
      await reconcile(store, {}, { ...atOnce, onStep });
      mayRecover = () => true;
      // A loss during the recovery has another id, and is recovered next.
      if (lossId !== undefined) await store.session.updateMeta({ recovered: lossId });
      // What was sent before the loss is at Equos after the longest start.
      isSecondDue = timer(reservedForMs);
      events.store({ type: "store.recovered" });
    } catch (error) {
      mayRecover = timer(AFTER_FAILURE_MS);
      throw error;
    } finally {
      await release(store, "recovery");
    }
  }

  async function reconcileIfDue(store: OpenStore): Promise<void> {
    if (isSecondDue?.()) {
      // Repeated soon if it fails.
      const again = timer(AFTER_FAILURE_MS);
      isSecondDue = again;
      await reconcile(store, {}, atLeisure);
      // Another recovery may have set it meanwhile.
      if (isSecondDue === again) isSecondDue = undefined;
    }
    if (!isRegularDue()) return;
    isRegularDue = timer(AFTER_FAILURE_MS);
    if (await lease(store, "reconcile", intervalMs * 0.9)) {
      try {
        await reconcile(store, {}, atLeisure);
      } catch (error) {
        await release(store, "reconcile");
        throw error;
      }
    }
    isRegularDue = timer(intervalMs);
  }

  /**
   * Compares and repairs. Lists Equos first and loads states afterwards: a reservation is saved before its conversation is
   * created, so a conversation that is listed and has no record then has none.
   *
   * @throws BrokerError `deployment-missing`, `store-unavailable`, any `upstream-…`
   */
  async function reconcile(
    store: OpenStore,
    { dryRun = false }: ReconcileOptions = {},
    pace: Pace = atOnce,
  ): Promise<ReconcileReport> {
    if (deployment === undefined) {
      const hint = "reconcile needs the option deployment, to tell its own conversations from others";
      throw new BrokerError("deployment-missing", { hint });
    }
    const found = await list(deployment, pace);
    const report = newReport(dryRun, found.size);
    // What the store calls running is verified first: an old record must not cost the consumer the conversation in use.
    const damaged = await verifyRecords(store, found, report, pace);
    // Equos was listed completely: what runs is imported into the empty state.
    if (!dryRun) for (const consumer of damaged) await replaceDamaged(store, consumer);
    for (const conversation of found.values()) {
      await pace.onStep();
      await repair(store, conversation, report);
    }
    return report;
  }

  /** Returns what runs at Equos, by id, so that a conversation that moves within the list counts once. */
  async function list(ours: string, pace: Pace): Promise<Map<string, Found>> {
    const found = new Map<string, Found>();
    for (const segment of segmentsThatMayRun(settings)) {
      for await (const page of conversationsOf(upstream, segment)) {
        await pace.onStep();
        await pace.onRequest?.();
        for (const seen of page) {
          const name = readName(seen.name);
          if (seen.running && name?.deployment === ours) found.set(seen.id, { seen, name });
        }
      }
    }
    return found;
  }

  /** Ends running records that Equos did not list and does not know as running. Returns consumers whose state is damaged. */
  async function verifyRecords(
    store: OpenStore,
    found: ReadonlyMap<string, Found>,
    report: Report,
    pace: Pace,
  ): Promise<readonly string[]> {
    const missing: ConversationRecord[] = [];
    const damaged: string[] = [];
    for await (const { consumer, state } of store.session.list()) {
      if ("unreadable" in state) {
        if (state.unreadable === "damaged") damaged.push(consumer);
        continue;
      }
      for (const record of state.records) {
        if (record.status === "running" && !found.has(record.conversation ?? "")) missing.push(record);
      }
    }
    const verify = async (record: ConversationRecord) => {
      const { conversation = "" } = record;
      const look = report.dryRun ? (await upstream.look(conversation)).says : await ends.look(store, record);
      if (look === "over" || look === "nothing") report.ended.push(conversation);
    };
    for (let from = 0; from < missing.length; from += pace.atOnce) {
      await pace.onStep();
      await pace.onRequest?.();
      await Promise.all(missing.slice(from, from + pace.atOnce).map(verify));
    }
    return damaged;
  }

  /** Stops or adopts a conversation without a record. */
  async function repair(store: OpenStore, { seen, name }: Found, report: Report): Promise<void> {
    if (name.storeId !== store.id && openedAt(name.storeId) > openedAt(store.id)) {
      report.clashes.push(seen.id);
      if (!report.dryRun) events.store({ type: "deployment.clash", conversation: seen.id, store: name.storeId });
      return;
    }
    const consumer = await consumerKey(store, seen, name);
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
    if (report.dryRun) {
      (goesOn ? report.adopted : report.stopped).push(seen.id);
      return;
    }
    const { record: imported, changed } = await importSeen(store, consumer, { seen, name }, goesOn);
    if (changed) background.wake();
    if (changed && imported.status === "running") {
      report.adopted.push(seen.id);
      events.record(store, imported, { type: "conversation.adopted" });
    } else if (changed) {
      report.stopped.push(seen.id);
      await ends.stop(store, imported);
    } else if (record?.conversation === seen.id) {
      // Its end was announced already.
      report.stopped.push(seen.id);
      await upstream.stop(seen.id);
    }
  }

  /** Takes a conversation into the state of its consumer: to go on, or to be stopped. */
  async function importSeen(store: OpenStore, consumer: string, { seen, name }: Found, goesOn: boolean) {
    const isKeyOfName = consumerOf(name.reservation) === consumer;
    const reservation = isKeyOfName ? name.reservation : `${consumer}.${name.reservation.replace(".", "_")}`;
    const identity = seen.consumerIdentity ?? "";
    const sealed = await store.seal({ consumer: { identity }, character: "", segment: "" }, reservation);
    const now = store.session.now;
    return await store.change(importConversation, {
      ...{ reservation, conversation: seen.id, sealed, leaseMs },
      startedAt: Math.min(seen.startedAt ?? now, now),
      maxSeconds: seen.maxSeconds ?? DAY_SECONDS,
      reason: goesOn ? undefined : "orphan",
      heartbeatTimeoutMs: name.sendsHeartbeats ? heartbeatTimeoutMs : undefined,
      active: typeof limits === "function" ? undefined : (limits?.perConsumer?.active ?? 1),
    });
  }

  return { recover, recoverIfIdle, regularly, reconcile };
}

interface Report extends ReconcileReport {
  readonly stopped: string[];
  readonly adopted: string[];
  readonly ended: string[];
  readonly clashes: string[];
}

/** Ends the regular work of a broker that closes. */
const closing = new Error("The broker closes");

/** How fast a reconcile works. */
interface Pace {
  /** Conversations that are looked at together. */
  readonly atOnce: number;
  /** Runs before each step. */
  onStep(): Promise<void>;
  /** Runs before each request to Equos. */
  onRequest?(): Promise<void>;
}

const atOnce: Pace = { atOnce: 20, onStep: async () => undefined };

const newReport = (dryRun: boolean, running: number): Report => ({
  ...{ dryRun, running, stopped: [], adopted: [], ended: [], clashes: [] },
});

/** Returns the name's own key in this store. Of another store's, the key is derived; Equos knows no tenant. */
function consumerKey(store: OpenStore, seen: SeenConversation, name: UpstreamName): string | Promise<string> {
  if (name.storeId === store.id) return consumerOf(name.reservation);
  const identity = seen.consumerIdentity ?? "";
  return store.consumerKey(name.hasTenant ? { identity, tenant: UNKNOWN_TENANT } : { identity });
}

async function readableState(store: OpenStore, consumer: string): Promise<ConsumerState | undefined> {
  try {
    return (await store.session.read({ consumer })).state;
  } catch (error) {
    if (error instanceof StoreError && error.kind === "unreadable") return undefined;
    throw error;
  }
}

/** Replaces a damaged state by the empty one. */
async function replaceDamaged(store: OpenStore, consumer: string): Promise<void> {
  await store.session.update(
    consumer,
    ({ state, now }) =>
      // If another server was faster, it is not the empty state any more.
      state === EMPTY_STATE
        ? { outcome: undefined, change: { state: { ...EMPTY_STATE, generation: now } } }
        : { outcome: undefined },
    { replaceUnreadable: true },
  );
}
