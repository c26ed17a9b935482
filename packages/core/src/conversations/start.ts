import type { Background } from "../background.js";
import { stopwatch } from "../clock.js";
import { pause, timeOver, within } from "../deadline.js";
import { BrokerError, isBrokerError } from "../errors.js";
import { conversationIdOf, type Grant, toGrant } from "../grant.js";
import { randomId } from "../hmac.js";
import { network } from "../network.js";
import { textsIn } from "../redact.js";
import type { Settings } from "../settings.js";
import { SharedWork } from "../shared-work.js";
import { undelivered } from "../state/presence.js";
import type { Quota, QuotaReading } from "../state/quotas.js";
import { type ReserveOutcome, type ReserveRequest, reserve } from "../state/reserve.js";
import type { ConversationRecord, EndReason } from "../state/state.js";
import {
  commit,
  importConversation,
  markUnknown,
  requestReplacements,
  requestStop,
  withdraw,
} from "../state/transitions.js";
import { type Snapshot, StoreError } from "../store/session.js";
import type { StartRequest as UpstreamRequest } from "../upstream/port.js";
import type { Upstream } from "../upstream/upstream.js";
import type { Ends } from "./end.js";
import type { Events } from "./events.js";
import type { JoinCheck } from "./join-check.js";
import type { OpenStore, StoreOpener } from "./open-store.js";
import type { Pending } from "./pending.js";
import type { Reconciler } from "./reconcile.js";
import { buildUpstreamRequest, type StartRequest, subjectOf } from "./start-request.js";
import { consumerOf } from "./upstream-name.js";

/** A resume waits at most this long for Equos to say whether the conversation still runs, in seconds. */
const CHECK_SECONDS = 3;
/** A LiveKit token that expires sooner than this is not handed out, in ms. */
const MIN_TOKEN_MS = 10_000;
/** When a place in a shared limit becomes free is not known. */
const AT_CAPACITY_SECONDS = 15;

/** A client payload on its way to a client. */
export interface Handout {
  readonly payload: Grant;
  readonly generation: number;
  readonly resumed: boolean;
  readonly reservation: string;
  /** The store that the generation is recorded in. */
  readonly store: OpenStore;
  /** What the consumer has left of its quotas. Only with a new conversation. */
  readonly quotas: readonly QuotaReading[];
}

export interface StartsDependencies {
  readonly settings: Settings;
  readonly stores: StoreOpener;
  readonly upstream: Upstream;
  readonly events: Events;
  readonly ends: Ends;
  readonly pending: Pending;
  readonly background: Background;
  readonly reconciler: Reconciler;
  readonly joinCheck: JoinCheck;
}

/** One start, from its reservation to its outcome. */
interface Start {
  readonly store: OpenStore;
  readonly request: StartRequest;
  readonly consumer: string;
  readonly reservation: string;
}

/** Starts conversations: reserve, prepare, call Equos, commit, hand out. */
export class Starts {
  readonly #with: StartsDependencies;
  /** Requests to Equos whether a resumed conversation still runs, by reservation. `true`: it is over. */
  readonly #checks: SharedWork<string, boolean>;

  constructor(dependencies: StartsDependencies) {
    this.#with = dependencies;
    const { clock, timeouts } = dependencies.settings;
    this.#checks = new SharedWork(clock, 2 * (timeouts.stopSeconds + timeouts.storeSeconds));
  }

  /**
   * Returns the payload of a new conversation, or of the consumer's running one.
   *
   * @param isAgain the data of the store was replaced before anything was written
   */
  async start(request: StartRequest, isAgain = false): Promise<Handout> {
    const { settings, stores, background, pending } = this.#with;
    const { clock, timeouts } = settings;
    if (!background.isOpen) throw new BrokerError("broker-closed", { retryAfterSeconds: 5 });
    const store = await stores.open();
    const consumer = await store.consumerKey(request.consumer);
    const reservation = `${consumer}.${randomId(12)}`;
    const start: Start = { store, request, consumer, reservation };
    const reserveRequest = await this.#reserveRequest(start);
    // A moment longer than the start that it may wait for.
    const giveUpAt = clock.now() + (timeouts.startSeconds + 1) * 1000;
    let waitedFor: string | undefined;
    let unusable: ReserveRequest["unusable"];
    let leave: (() => void) | undefined;
    try {
      for (;;) {
        if (request.signal?.aborted) throw clientGone();
        // The send window begins before the reservation, so a server that is held up notices.
        const elapsed = stopwatch(clock);
        const reserved = await this.#reserve(start, { ...reserveRequest, waitedFor, unusable }, giveUpAt);
        if (reserved === "replaced" && isAgain) throw new BrokerError("store-unavailable", { retryAfterSeconds: 5 });
        if (reserved === "recovered") continue;
        if (reserved === "replaced") return await this.start(request, true);
        const { outcome } = reserved;
        const isInTime = () => clock.now() < giveUpAt;
        switch (outcome.outcome) {
          case "reserved":
            return await this.#begin(start, outcome, reserved.mustConfirm, () => elapsed() <= settings.sendWindowMs);
          case "resumed": {
            const resumed = await this.#resume(start, outcome, reserved.sealed);
            if ("payload" in resumed) return resumed;
            if (!isInTime()) throw inDoubt(2_000);
            if (resumed.unusable !== undefined)
              unusable = { ...unusable, [outcome.record.reservation]: resumed.unusable };
            break;
          }
          case "pending":
            leave ??= pending.enter(consumer);
            if (!isInTime() || leave === undefined) throw new BrokerError("start-in-flight", { retryAfterSeconds: 2 });
            waitedFor = outcome.reservation;
            await pending.wait(waitedFor, request.signal);
            break;
          case "in-doubt":
            throw inDoubt(outcome.retryAfterMs);
          case "conflict":
            // Equos may have ended it by itself.
            if (isInTime() && (await this.#isOver(store, outcome.record, outcome.check))) break;
            throw new BrokerError("already-active");
          case "cooldown":
            throw new BrokerError("just-stopped", { retryAfterSeconds: toSeconds(outcome.retryAfterMs) });
          case "limited":
            throw limited(outcome);
          case "reservation-used":
            throw tooLate();
        }
      }
    } finally {
      leave?.();
    }
  }

  /** The response with this payload did not reach its client. Without another page the conversation is stopped. */
  async undelivered({ store, reservation, generation }: Pick<Handout, "store" | "reservation" | "generation">) {
    const { background, settings } = this.#with;
    const graceMs = settings.reloadGraceMs;
    const save = () =>
      store.session.update(consumerOf(reservation), ({ state, now }) =>
        undelivered(state, { reservation, generation, graceMs }, now),
      );
    await background.persist(save, () => background.wake());
  }

  async #reserveRequest({ store, request, reservation }: Start): Promise<ReserveRequest> {
    const { settings } = this.#with;
    const { limits, characterId, inputText, segment, route = "start", forceNew, sendsHeartbeats = false } = request;
    const isDynamic = typeof settings.limits === "function";
    const { quotas, sets } = await sharedLimits(store, request, isDynamic);
    return {
      reservation,
      fingerprint: await store.hashes.fingerprint(characterId, inputText),
      sealed: await store.seal({ ...subjectOf(request), segment }, reservation),
      route,
      forceNew,
      onConflict: route === "token" ? { ...settings.onConflict, same: "resume" } : settings.onConflict,
      maxSeconds: limits.maxSeconds ?? 600,
      active: limits.perConsumer?.active ?? 1,
      quotas,
      sets,
      sendsHeartbeats,
      joinTimeoutMs: settings.joinTimeoutMs,
      reservedForMs: settings.reservedForMs,
    };
  }

  /** Reserves in the store. Waits for a recovery: then `recovered`. `replaced`: nothing was written, open it again. */
  async #reserve({ store, consumer, reservation }: Start, request: ReserveRequest, giveUpAt: number) {
    const { background, reconciler, settings } = this.#with;
    let mustConfirm = false;
    let sealed: Snapshot["sealed"] = {};
    try {
      const outcome = await store.session.update(
        consumer,
        (snapshot) => {
          const decision = reserve(snapshot.state, request, snapshot.now, snapshot.counters);
          mustConfirm = snapshot.state.records.some(({ status }) => status === "stopping");
          sealed = snapshot.sealed;
          return decision;
        },
        { sealed: true },
      );
      return { outcome, sealed, mustConfirm };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.kind === "unreadable") throw inDoubt(5_000);
      if (error.kind === "replaced") return "replaced" as const;
      if (error.kind === "recovering") {
        const left = (giveUpAt - settings.clock.now()) / 1000;
        const recovery = background.track(reconciler.recover(store));
        if (left <= 0 || (await within(settings.clock, left, recovery)) === timeOver) throw error;
        return "recovered" as const;
      }
      if (error.notAfter !== undefined) {
        // The reservation may be stored, now or until then.
        const waitMs = Math.max(0, error.notAfter - store.session.now) + 1;
        void background.track(
          pause(settings.clock, waitMs).then(() => this.#withdraw({ store, consumer, reservation })),
        );
      }
      throw error;
    }
  }

  /** Takes back what a start has written, and what it may have been handed. Resolves after the first attempt. */
  async #withdraw({ store, consumer, reservation }: Pick<Start, "store" | "consumer" | "reservation">): Promise<void> {
    const { background, settings, pending } = this.#with;
    const graceMs = settings.reloadGraceMs;
    await background.persist(
      () => store.session.update(consumer, ({ state, now }) => withdraw(state, { reservation, graceMs }, now)),
      () => {
        pending.notify(reservation);
        background.wake();
      },
    );
  }

  /** Returns the payload of the running conversation, or why the caller has to reserve again. */
  async #resume(
    { store, request }: Start,
    { record, generation, check }: Extract<ReserveOutcome, { outcome: "resumed" }>,
    sealed: Snapshot["sealed"],
  ): Promise<Handout | { readonly unusable?: "token-expired" | "corrupt-record" }> {
    const { reservation } = record;
    const { settings, events } = this.#with;
    const notDelivered = () => this.undelivered({ store, reservation, generation });
    let text: Awaited<ReturnType<OpenStore["unseal"]>>;
    try {
      text = await store.unseal(sealed[reservation], reservation);
    } catch (error) {
      await notDelivered();
      throw error;
    }
    const payload = text?.payload;
    if (payload === undefined) {
      settings.logger.error(
        { reservation },
        "A stored conversation cannot be decrypted with the option secret; replacing it",
      );
      await notDelivered();
      return { unusable: "corrupt-record" };
    }
    const expiresAt = expiryOf(payload.consumerAccessToken);
    if (expiresAt !== undefined && expiresAt - MIN_TOKEN_MS <= settings.clock.now()) {
      await notDelivered();
      return { unusable: "token-expired" };
    }
    if (await this.#isOver(store, record, check)) return {};
    events.record(store, record, { type: "conversation.resumed", generation }, subjectOf(request));
    return { payload, generation, resumed: true, reservation, store, quotas: [] };
  }

  /** Whether Equos says that a conversation does not run. One caller asks for all; a failure is no answer. */
  async #isOver(store: OpenStore, record: ConversationRecord, check: boolean): Promise<boolean> {
    const { background, joinCheck, ends, settings } = this.#with;
    const { reservation, conversation = "" } = record;
    const mayBeOver = check || ends.stoppedWithoutStore.has(conversation) || this.#checks.underWay(reservation);
    if (!mayBeOver) return false;
    const checking = this.#checks.run(reservation, async () => {
      const look = await joinCheck.look(store, record);
      if (look.says !== "over" && look.says !== "nothing") return false;
      const { seconds, endedAt } = look.says === "over" ? look.conversation : {};
      await ends.markEnded(store, { reservation, reason: "upstream", seconds, endedAt });
      return true;
    });
    const answered = background.track(checking).catch(() => false);
    return (await within(settings.clock, CHECK_SECONDS, answered)) === true;
  }

  /** From a reservation to a payload: the hook, the stops of former conversations, the upstream call. */
  async #begin(
    start: Start,
    reserved: Extract<ReserveOutcome, { outcome: "reserved" }>,
    mustConfirm: boolean,
    mayStillSend: () => boolean,
  ): Promise<Handout> {
    const { settings, background, events, pending } = this.#with;
    const { clock, timeouts } = settings;
    const { store, request, consumer, reservation } = start;
    background.wake();
    let upstreamRequest: UpstreamRequest;
    try {
      upstreamRequest = await this.#prepare(start, reserved, mustConfirm, mayStillSend);
    } catch (error) {
      // Nothing was sent.
      await background.track(this.#withdraw(start));
      throw error;
    }
    const caller = { isWaiting: true };
    const elapsed = stopwatch(clock);
    const sending = background.track(this.#send(start, upstreamRequest, mayStillSend, caller));
    const outcome = await within(clock, timeouts.startSeconds, sending);
    const handedOut = ({ payload, generation }: { payload: Grant; generation: number }): Handout => {
      return { payload, generation, resumed: false, reservation, store, quotas: reserved.readings };
    };
    if (outcome !== timeOver) return handedOut(outcome);

    // The caller is told that the outcome is unknown. The socket stays open, and a late answer is stopped.
    caller.isWaiting = false;
    request.waitUntil?.(sending.catch(() => undefined));
    const leftMs = Math.max(0, timeouts.lateResponseSeconds * 1000 - elapsed());
    try {
      const findableAt = store.session.now + leftMs;
      const moved = await store.session.update(consumer, ({ state, now }) =>
        markUnknown(state, { reservation, findableAt }, now),
      );
      // Its answer was recorded in this very moment.
      if (moved?.record.status === "running") return handedOut(await sending);
    } catch (error) {
      // Should the answer be recorded all the same, it reaches no client.
      const late = sending.then(({ generation }) => this.undelivered({ store, reservation, generation }));
      void background.track(late.catch(() => undefined));
      throw error;
    }
    pending.notify(reservation);
    background.wake();
    events.start(subjectOf(request), { type: "start.unknown", code: "outcome-unknown" });
    throw new BrokerError("outcome-unknown", { retryAfterSeconds: toSeconds(leftMs) });
  }

  /** Everything between the reservation and the upstream call. Nothing is sent if it throws. */
  async #prepare(
    { store, request, consumer, reservation }: Start,
    { maxSeconds, replaces }: Extract<ReserveOutcome, { outcome: "reserved" }>,
    mustConfirm: boolean,
    mayStillSend: () => boolean,
  ): Promise<UpstreamRequest> {
    const { settings, upstream } = this.#with;
    const building = buildUpstreamRequest(settings, request, { storeId: store.id, reservation, maxSeconds });
    const upstreamRequest = await untilAborted(building, request.signal);
    if (replaces.length > 0 || mustConfirm) {
      const { leaseMs } = settings;
      const ours = new Set<string>();
      const stopping = await store.session.update(consumer, ({ state, now }) => {
        ours.clear();
        for (const record of state.records) if (record.status === "running") ours.add(record.reservation);
        return requestReplacements(state, { reservation, leaseMs }, now);
      });
      if (stopping === undefined) throw tooLate();
      const confirmed = await Promise.all(
        stopping.map((record) => this.#hasStopped(store, record, ours.has(record.reservation))),
      );
      if (confirmed.includes(false)) throw inDoubt(2_000);
    }
    await upstream.ready();
    if (request.signal?.aborted) throw clientGone();
    if (!mayStillSend()) throw tooLate();
    return upstreamRequest;
  }

  /** Whether a former conversation has stopped for sure. Another server's stop is awaited, not repeated. */
  async #hasStopped(store: OpenStore, record: ConversationRecord, isOurs: boolean): Promise<boolean> {
    const { ends, settings, pending } = this.#with;
    const { reservation } = record;
    if (isOurs || ends.isStopping(reservation)) return (await ends.stop(store, record)) === "ended";
    const until = settings.clock.now() + settings.timeouts.stopSeconds * 1000;
    while (settings.clock.now() < until) {
      const { state } = await store.session.read({ consumer: consumerOf(reservation) });
      const current = state.records.find((candidate) => candidate.reservation === reservation);
      if (current === undefined || current.status === "ended") return true;
      await pending.wait(reservation);
    }
    return false;
  }

  /**
   * The upstream call, and what its outcome does to the reservation. It is never aborted half-way and never sent twice: it
   * may have created a conversation even if it fails. It runs to its end even if no caller waits.
   */
  async #send(
    start: Start,
    upstreamRequest: UpstreamRequest,
    mayStillSend: () => boolean,
    caller: { readonly isWaiting: boolean },
  ): Promise<{ readonly payload: Grant; readonly generation: number }> {
    const { upstream, events, settings } = this.#with;
    const elapsed = stopwatch(settings.clock);
    let response: unknown;
    try {
      response = await upstream.start(upstreamRequest, { mayStillSend });
    } catch (thrown) {
      const { error, harmless } = await upstream.failure("startConversation", thrown, textsIn(upstreamRequest));
      if (harmless) {
        events.start(subjectOf(start.request), { type: "start.failed", code: error.code });
        await this.#withdraw(start);
      } else await this.#markUnknown(start, error, settings.timeouts.lateResponseSeconds * 1000 - elapsed());
      throw error;
    }
    let payload: Grant;
    try {
      payload = toGrant(response);
    } catch (error) {
      const conversation = conversationIdOf(response);
      if (conversation === undefined) await this.#markUnknown(start, error, 0);
      else await this.#giveUp(start, conversation, upstreamRequest.maxSeconds, "invalid-response");
      throw error;
    }
    return await this.#commit(start, payload, upstreamRequest.maxSeconds, caller);
  }

  /** Records the conversation and returns its first generation. */
  async #commit(
    start: Start,
    answer: Grant,
    requestedSeconds: number,
    caller: { readonly isWaiting: boolean },
  ): Promise<{ readonly payload: Grant; readonly generation: number }> {
    const { settings, events, pending, background, ends } = this.#with;
    const { store, request, consumer, reservation } = start;
    const { id: conversation } = answer.conversation;
    const maxSeconds = Math.min(answer.conversation.maxSeconds, requestedSeconds);
    if (answer.conversation.maxSeconds > requestedSeconds) {
      const details = { conversation, requested: requestedSeconds, granted: answer.conversation.maxSeconds };
      settings.logger.warn(details, "Equos granted more seconds than requested; the smaller number counts");
    }
    const payload = { ...answer, conversation: { ...answer.conversation, maxSeconds } };
    if (!caller.isWaiting) {
      await this.#giveUp(start, conversation, maxSeconds, "late-response");
      throw new BrokerError("outcome-unknown");
    }
    const { joinTimeoutMs, leaseMs } = settings;
    try {
      const token = await store.tokenKey(answer.consumerAccessToken);
      const sealed = await store.seal({ ...subjectOf(request), segment: request.segment, payload }, reservation);
      const change = { reservation, conversation, token, sealed, maxSeconds, joinTimeoutMs, leaseMs };
      const outcome = await store.session.update(consumer, ({ state, now }) => commit(state, change, now));
      pending.notify(reservation);
      if (outcome.outcome === "committed") {
        background.wake();
        events.record(store, outcome.record, { type: "conversation.started", maxSeconds }, subjectOf(request));
        return { payload, generation: outcome.generation };
      }
      if (outcome.outcome === "duplicate-conversation") throw duplicate();
      await ends.stop(store, outcome.record);
      throw new BrokerError("outcome-unknown");
    } catch (error) {
      if (error instanceof StoreError && error.kind === "alias-taken") {
        await this.#markUnknown(start, error, 0);
        throw duplicate();
      }
      // Whether the commit is stored is not known, and the caller is told of a failure.
      if (error instanceof StoreError || !isBrokerError(error))
        await this.#giveUp(start, conversation, maxSeconds, "late-response");
      throw error;
    }
  }

  /**
   * Stops a conversation that no client will receive, and records it, so that its end is announced. If the store fails, that
   * goes on in the background. Never rejects.
   */
  async #giveUp({ store, consumer, reservation }: Start, conversation: string, maxSeconds: number, reason: EndReason) {
    const { background, ends, upstream, settings } = this.#with;
    const { leaseMs } = settings;
    const startedAt = store.session.now;
    const record = () =>
      store.session.update(consumer, ({ state, now }) => {
        const request = { reservation, conversation, reason, startedAt, maxSeconds, leaseMs };
        const imported = importConversation(state, request, now);
        if (imported.outcome.record.status !== "running") return { ...imported, outcome: imported.outcome.record };
        const stopping = requestStop(state, { reservation, reason, leaseMs }, now);
        const { outcome } = stopping;
        return { ...stopping, outcome: outcome.outcome === "found" ? outcome.record : imported.outcome.record };
      });
    try {
      await ends.stop(store, await record());
    } catch {
      // Without the record no sweep stops it.
      await background.persist(async () => {
        if (!(await upstream.stop(conversation)).confirmed) throw new Error("Equos has not confirmed the stop");
      }, background.wake);
      void background.track(
        background.retry(record).then((stored) => (stored === undefined ? undefined : ends.stop(store, stored))),
      );
    }
    background.wake();
  }

  /** Records that a sent start has an unknown outcome. A search by name begins at once. Never rejects. */
  async #markUnknown({ store, request, consumer, reservation }: Start, error: unknown, leftMs: number): Promise<void> {
    const { background, events, pending } = this.#with;
    // Equos may create the conversation until then, although the connection is gone.
    const findableAt = store.session.now + Math.max(0, leftMs);
    await background.persist(
      () => store.session.update(consumer, ({ state, now }) => markUnknown(state, { reservation, findableAt }, now)),
      (moved) => {
        pending.notify(reservation);
        background.wake();
        const code = isBrokerError(error) ? error.code : "internal-error";
        if (moved?.changed) events.start(subjectOf(request), { type: "start.unknown", code });
      },
    );
  }
}

const toSeconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000));

/** No client reads it. */
const clientGone = () => new BrokerError("start-in-flight", { hint: "The client left before the response" });

const inDoubt = (milliseconds: number) =>
  new BrokerError("start-in-doubt", { retryAfterSeconds: toSeconds(milliseconds) });

const tooLate = () => new BrokerError("start-too-late", { retryAfterSeconds: 1 });

const duplicate = () =>
  new BrokerError("upstream-invalid-answer", { hint: "Equos gave a conversation id that another conversation has" });

/** Resolves as the task does, or rejects when the client leaves. */
function untilAborted<T>(task: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return task;
  return new Promise((resolve, reject) => {
    const abort = () => reject(clientGone());
    signal.addEventListener("abort", abort, { once: true });
    task.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Returns the quotas of a start, in the order in which it has to pass them, and its shared sets. */
async function sharedLimits(
  store: OpenStore,
  { limits: { perConsumer, perIp, overall }, ip }: StartRequest,
  isDynamic: boolean,
): Promise<Pick<ReserveRequest, "quotas" | "sets">> {
  const quotas: Quota[] = [];
  const add = (
    name: string,
    unit: Quota["unit"],
    scope: Quota["scope"],
    key: string,
    quota: { readonly max: number; readonly perSeconds: number } | undefined,
  ) => {
    if (quota === undefined) return;
    quotas.push({ name, unit, scope, key, limit: quota.max, windowSeconds: quota.perSeconds });
  };
  add("starts", "starts", "consumer", "starts", perConsumer?.starts);
  if (perIp !== undefined && ip !== undefined) {
    add("ip-starts", "starts", "shared", `ip-starts:${await store.hashes.network(network(ip))}`, perIp.starts);
  }
  add("seconds", "seconds", "consumer", "seconds", perConsumer?.seconds);
  add("global-seconds", "seconds", "shared", "global-seconds", overall?.seconds);
  // Limits that depend on the consumer count the conversations of all consumers, those without a limit too.
  const sets = overall?.active === undefined && !isDynamic ? [] : [{ set: "active", limit: overall?.active }];
  return { quotas, sets };
}

/** A refused start: the consumer's own quotas with figures, shared limits without. */
function limited({ by, retryAfterMs, readings }: Extract<ReserveOutcome, { outcome: "limited" }>): BrokerError {
  const retryAfterSeconds = toSeconds(retryAfterMs);
  const quotas = readings;
  switch (by) {
    case "starts":
      return new BrokerError("too-many-starts", { retryAfterSeconds, quotas });
    case "ip-starts":
      return new BrokerError("too-many-starts", { retryAfterSeconds });
    case "seconds":
      return new BrokerError("seconds-used-up", { retryAfterSeconds, quotas });
    default: {
      const hint = `The limit ${by} is reached`;
      return new BrokerError("at-capacity", { hint, retryAfterSeconds: AT_CAPACITY_SECONDS });
    }
  }
}

/** Returns when a JWT expires, in ms; `undefined` without an `exp`. */
function expiryOf(token: string): number | undefined {
  try {
    const claims = token.split(".")[1] ?? "";
    const parsed: unknown = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    if (typeof parsed !== "object" || parsed === null || !("exp" in parsed)) return undefined;
    return typeof parsed.exp === "number" ? parsed.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
