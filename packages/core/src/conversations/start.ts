import { stopwatch } from "../clock.js";
import { pause, timeOver, within } from "../deadline.js";
import { BrokerError, type ErrorCode, isBrokerError } from "../errors.js";
import { conversationIdOf, type Grant, toGrant } from "../grant.js";
import { randomId } from "../hmac.js";
import { network } from "../network.js";
import type { Quota as LimitQuota } from "../options.js";
import { textsIn } from "../redact.js";
import { SharedWork } from "../shared-work.js";
import { undelivered } from "../state/presence.js";
import type { Quota, QuotaReading } from "../state/quotas.js";
import { type ReserveOutcome, type ReserveRequest, reserve } from "../state/reserve.js";
import type { ConsumerState, ConversationRecord, EndReason } from "../state/state.js";
import {
  commit,
  type ImportRequest,
  importConversation,
  markUnknown,
  requestReplacements,
  requestStop,
  withdraw,
} from "../state/transitions.js";
import { type Snapshot, StoreError } from "../store/session.js";
import type { StartRequest as UpstreamRequest } from "../upstream/port.js";
import type { Context } from "./context.js";
import type { Ends } from "./end.js";
import type { Subject } from "./events.js";
import type { OpenStore } from "./open-store.js";
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

/** One start, from its reservation to its outcome. */
interface Start {
  readonly store: OpenStore;
  readonly request: StartRequest;
  readonly subject: Subject;
  readonly consumer: string;
  readonly reservation: string;
  /** Whether the reservation is recent enough to call Equos. */
  isRecent: () => boolean;
  /** Whether the caller still waits for Equos' response. */
  isAwaited: boolean;
  /** Whether the request may have reached Equos. */
  isSent: boolean;
  /** Whether its failure was reported. */
  isReported: boolean;
}

type Reserved = Extract<ReserveOutcome, { outcome: "reserved" }>;

export type Starts = ReturnType<typeof createStarts>;

/**
 * Starts conversations: reserve, prepare, call Equos, commit, hand out.
 *
 * @param recover repairs a store that has lost data
 */
export function createStarts(
  { settings, stores, upstream, events, background, pending }: Context,
  ends: Ends,
  recover: (store: OpenStore) => Promise<void>,
) {
  const { clock, timeouts, logger, leaseMs, joinTimeoutMs, reloadGraceMs: graceMs } = settings;
  /** Requests to Equos whether a resumed conversation still runs, by reservation. `true`: it is over. */
  const checks = new SharedWork<string, boolean>(clock, 2 * (timeouts.stopSeconds + timeouts.storeSeconds));

  /**
   * Returns the payload of a new conversation, or of the consumer's running one.
   *
   * @param isAgain the data of the store was replaced before anything was written
   */
  async function start(request: StartRequest, isAgain = false): Promise<Handout> {
    if (!background.isOpen) throw new BrokerError("broker-closed", { retryAfterSeconds: 5 });
    const store = await stores.open();
    const consumer = await store.consumerKey(request.consumer);
    const reservation = `${consumer}.${randomId(12)}`;
    const own: Start = {
      store,
      request,
      subject: subjectOf(request),
      consumer,
      reservation,
      isRecent: () => false,
      isAwaited: true,
      isSent: false,
      isReported: false,
    };
    let reserveRequest = await toReserveRequest(own);
    // A moment longer than the start that it may wait for.
    const giveUpAt = clock.now() + (timeouts.startSeconds + 1) * 1000;
    let leave: (() => void) | undefined;
    try {
      for (;;) {
        if (request.signal?.aborted) throw clientGone();
        // The send window begins before the reservation, so a server that is held up notices.
        const elapsed = stopwatch(clock);
        own.isRecent = () => elapsed() <= settings.sendWindowMs;
        const reserved = await reserveInStore(own, reserveRequest, giveUpAt);
        if (reserved === "recovered") continue;
        if (reserved === "replaced") {
          if (isAgain) throw new BrokerError("store-unavailable", { retryAfterSeconds: 5 });
          return await start(request, true);
        }
        const { outcome } = reserved;
        const isInTime = clock.now() < giveUpAt;
        switch (outcome.outcome) {
          case "reserved":
            return await begin(own, outcome, reserved.mustConfirm);
          case "resumed": {
            const resumed = await resume(own, outcome, reserved.sealed);
            if (typeof resumed === "object") return resumed;
            if (!isInTime) throw inDoubt(2_000);
            if (resumed !== "over") {
              const unusable = { ...reserveRequest.unusable, [outcome.record.reservation]: resumed };
              reserveRequest = { ...reserveRequest, unusable };
            }
            break;
          }
          case "pending":
            leave ??= pending.enter(consumer);
            if (!isInTime || leave === undefined) throw new BrokerError("start-in-flight", { retryAfterSeconds: 2 });
            reserveRequest = { ...reserveRequest, waitedFor: outcome.reservation };
            await pending.wait(outcome.reservation, request.signal);
            break;
          case "conflict":
            // Equos may have ended it by itself.
            if (isInTime && (await isOver(store, outcome.record, outcome.check))) break;
            throw new BrokerError("already-active");
          case "in-doubt":
            throw inDoubt(outcome.retryAfterMs);
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

  async function toReserveRequest({ store, request, subject, reservation }: Start): Promise<ReserveRequest> {
    const { limits, characterId, inputText, segment, route = "start", forceNew, sendsHeartbeats = false } = request;
    const { onConflict, reservedForMs } = settings;
    const { quotas, sets } = await sharedLimits(store, request, typeof settings.limits === "function");
    return {
      reservation,
      fingerprint: await store.hashes.fingerprint(characterId, inputText),
      sealed: await store.seal({ consumer: subject.consumer, character: subject.character, segment }, reservation),
      route,
      forceNew,
      onConflict: route === "token" ? { ...onConflict, same: "resume" } : onConflict,
      maxSeconds: limits.maxSeconds ?? 600,
      active: limits.perConsumer?.active ?? 1,
      quotas,
      sets,
      sendsHeartbeats,
      joinTimeoutMs,
      reservedForMs,
    };
  }

  /** Reserves in the store. Waits for a recovery: then `recovered`. `replaced`: nothing was written, open it again. */
  async function reserveInStore({ store, consumer, reservation }: Start, request: ReserveRequest, giveUpAt: number) {
    let mustConfirm = false;
    let sealed: Snapshot["sealed"] = {};
    try {
      const outcome = await store.session.update(
        consumer,
        (snapshot) => {
          mustConfirm = snapshot.state.records.some(({ status }) => status === "stopping");
          sealed = snapshot.sealed;
          return reserve(snapshot.state, request, snapshot.now, snapshot.counters);
        },
        { sealed: true },
      );
      return { outcome, sealed, mustConfirm };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.kind === "unreadable") throw inDoubt(5_000);
      if (error.kind === "replaced") return "replaced";
      if (error.kind === "recovering") {
        const left = (giveUpAt - clock.now()) / 1000;
        const recovery = background.track(recover(store));
        if (left <= 0 || (await within(clock, left, recovery)) === timeOver) throw error;
        return "recovered";
      }
      if (error.notAfter !== undefined) {
        // The reservation may be stored, now or until then.
        const waitMs = Math.max(0, error.notAfter - store.session.now) + 1;
        void background.track(pause(clock, waitMs).then(() => takeBack(store, reservation)));
      }
      throw error;
    }
  }

  /** Returns the payload of the running conversation, or why the caller has to reserve again. */
  async function resume(
    { store, subject }: Start,
    { record, generation, check }: Extract<ReserveOutcome, { outcome: "resumed" }>,
    sealed: Snapshot["sealed"],
  ): Promise<Handout | "token-expired" | "corrupt-record" | "over"> {
    const { reservation } = record;
    const handout = { generation, resumed: true, reservation, store, quotas: [] };
    let payload: Grant | undefined;
    try {
      payload = (await store.unseal(sealed[reservation], reservation))?.payload;
    } catch (error) {
      await notDelivered(handout);
      throw error;
    }
    if (payload === undefined) {
      const message = "A stored conversation cannot be decrypted with the option secret; replacing it";
      logger.error({ reservation }, message);
      await notDelivered(handout);
      return "corrupt-record";
    }
    const expiresAt = expiryOf(payload.consumerAccessToken);
    if (expiresAt !== undefined && expiresAt - MIN_TOKEN_MS <= clock.now()) {
      await notDelivered(handout);
      return "token-expired";
    }
    if (await isOver(store, record, check)) return "over";
    events.record(store, record, { type: "conversation.resumed", generation }, subject);
    return { payload, ...handout };
  }

  /** Whether Equos says that a conversation does not run. One caller asks for all; a failure is no answer. */
  async function isOver(store: OpenStore, record: ConversationRecord, check: boolean): Promise<boolean> {
    const { reservation, conversation = "" } = record;
    if (!check && !ends.stoppedWithoutStore.has(conversation) && !checks.underWay(reservation)) return false;
    const checking = checks.run(reservation, async () => (await ends.look(store, record)) === "over");
    const answered = background.track(checking).catch(() => false);
    return (await within(clock, CHECK_SECONDS, answered)) === true;
  }

  /** From a reservation to a payload: the hook, the stops of former conversations, the upstream call. */
  async function begin(own: Start, reserved: Reserved, mustConfirm: boolean): Promise<Handout> {
    const { store, request, subject, reservation } = own;
    background.wake();
    let upstreamRequest: UpstreamRequest;
    try {
      upstreamRequest = await prepare(own, reserved, mustConfirm);
    } catch (error) {
      // Nothing was sent.
      await background.track(takeBack(store, reservation));
      throw error;
    }
    const toHandout = ({ payload, generation }: Committed): Handout => {
      return { payload, generation, resumed: false, reservation, store, quotas: reserved.readings };
    };
    const elapsed = stopwatch(clock);
    const sending = background.track(send(own, upstreamRequest));
    const outcome = await within(clock, timeouts.startSeconds, sending);
    if (outcome !== timeOver) return toHandout(outcome);

    // The caller is told that the outcome is unknown. The socket stays open, and a late answer is stopped.
    own.isAwaited = false;
    request.waitUntil?.(sending.catch(() => undefined));
    if (!own.isSent) {
      // No connection was made, and the request is not sent any more.
      await background.track(takeBack(store, reservation));
      reportFailure(own, "upstream-unreachable");
      const hint = `No connection to ${upstream.endpoint()} within ${timeouts.startSeconds} s`;
      throw new BrokerError("upstream-unreachable", { hint, retryAfterSeconds: 10 });
    }
    const leftMs = Math.max(0, timeouts.lateResponseSeconds * 1000 - elapsed());
    try {
      const moved = await store.change(markUnknown, { reservation, findableAt: store.session.now + leftMs });
      // Its answer was recorded in this very moment.
      if (moved?.record.status === "running") return toHandout(await sending);
    } catch (error) {
      // Should the answer be recorded all the same, it reaches no client.
      const late = sending.then(({ generation }) => notDelivered({ store, reservation, generation }));
      void background.track(late.catch(() => undefined));
      throw error;
    }
    pending.notify(reservation);
    background.wake();
    events.start(subject, { type: "start.unknown", code: "outcome-unknown" });
    throw new BrokerError("outcome-unknown", { retryAfterSeconds: toSeconds(leftMs) });
  }

  /** Everything between the reservation and the upstream call. Nothing is sent if it throws. */
  async function prepare(
    { store, request, consumer, reservation, isRecent }: Start,
    { maxSeconds, replaces }: Reserved,
    mustConfirm: boolean,
  ): Promise<UpstreamRequest> {
    const building = buildUpstreamRequest(settings, request, { storeId: store.id, reservation, maxSeconds });
    const upstreamRequest = await untilAborted(building, request.signal);
    if (replaces.length > 0 || mustConfirm) {
      let ours: readonly string[] = [];
      const stopping = await store.session.update(consumer, ({ state, now }) => {
        const running = state.records.filter(({ status }) => status === "running");
        ours = running.map((record) => record.reservation);
        return requestReplacements(state, { reservation, leaseMs }, now);
      });
      if (stopping === undefined) throw tooLate();
      const stops = stopping.map((record) => hasStopped(store, record, ours.includes(record.reservation)));
      if ((await Promise.all(stops)).includes(false)) throw inDoubt(2_000);
    }
    await upstream.ready();
    if (request.signal?.aborted) throw clientGone();
    if (!isRecent()) throw tooLate();
    return upstreamRequest;
  }

  /** Whether a former conversation has stopped for sure. Another server's stop is awaited, not repeated. */
  async function hasStopped(store: OpenStore, record: ConversationRecord, isOurs: boolean): Promise<boolean> {
    const { reservation } = record;
    if (isOurs || ends.isStopping(reservation)) return (await ends.stop(store, record)) === "ended";
    const until = clock.now() + timeouts.stopSeconds * 1000;
    while (clock.now() < until) {
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
  async function send(own: Start, upstreamRequest: UpstreamRequest): Promise<Committed> {
    const elapsed = stopwatch(clock);
    let response: unknown;
    try {
      const mayStillSend = () => {
        own.isSent = own.isAwaited && own.isRecent();
        return own.isSent;
      };
      response = await upstream.start(upstreamRequest, { mayStillSend });
    } catch (thrown) {
      const { error, harmless } = await upstream.failure("startConversation", thrown, textsIn(upstreamRequest));
      if (harmless) {
        reportFailure(own, error.code);
        await takeBack(own.store, own.reservation);
      } else await leaveUnknown(own, error, timeouts.lateResponseSeconds * 1000 - elapsed());
      throw error;
    }
    let payload: Grant;
    try {
      payload = toGrant(response);
    } catch (error) {
      const conversation = conversationIdOf(response);
      if (conversation === undefined) await leaveUnknown(own, error, 0);
      else await giveUp(own, conversation, upstreamRequest.maxSeconds, "invalid-response");
      throw error;
    }
    return await record(own, payload, upstreamRequest.maxSeconds);
  }

  /** Records the conversation and returns its first generation. */
  async function record(own: Start, answer: Grant, requestedSeconds: number): Promise<Committed> {
    const { store, request, subject, reservation } = own;
    const { id: conversation, maxSeconds: granted } = answer.conversation;
    const maxSeconds = Math.min(granted, requestedSeconds);
    let payload = answer;
    if (granted > requestedSeconds) {
      const message = "Equos granted more seconds than requested; the smaller number counts";
      logger.warn({ conversation, requested: requestedSeconds, granted }, message);
      payload = { ...answer, conversation: { ...answer.conversation, maxSeconds } };
    }
    if (!own.isAwaited) {
      await giveUp(own, conversation, maxSeconds, "late-response");
      throw new BrokerError("outcome-unknown");
    }
    try {
      const token = await store.tokenKey(answer.consumerAccessToken);
      const text = { consumer: subject.consumer, character: subject.character, segment: request.segment, payload };
      const sealed = await store.seal(text, reservation);
      const change = { reservation, conversation, token, sealed, maxSeconds, joinTimeoutMs, leaseMs };
      const outcome = await store.change(commit, change);
      pending.notify(reservation);
      if (outcome.outcome === "committed") {
        background.wake();
        events.record(store, outcome.record, { type: "conversation.started", maxSeconds }, subject);
        return { payload, generation: outcome.generation };
      }
      if (outcome.outcome === "duplicate-conversation") throw duplicate();
      await ends.stop(store, outcome.record);
      throw new BrokerError("outcome-unknown");
    } catch (error) {
      if (error instanceof StoreError && error.kind === "alias-taken") {
        await leaveUnknown(own, error, 0);
        throw duplicate();
      }
      // Whether the commit is stored is not known, and the caller is told of a failure.
      if (error instanceof StoreError || !isBrokerError(error))
        await giveUp(own, conversation, maxSeconds, "late-response");
      throw error;
    }
  }

  /**
   * Stops a conversation that no client will receive, and records it, so that its end is announced. If the store fails, that
   * goes on in the background. Never rejects.
   */
  async function giveUp({ store, reservation }: Start, conversation: string, maxSeconds: number, reason: EndReason) {
    const startedAt = store.session.now;
    const save = () =>
      store.change(stopUndelivered, { reservation, conversation, reason, startedAt, maxSeconds, leaseMs });
    try {
      await ends.stop(store, await save());
    } catch {
      // Without the record no sweep stops it.
      await background.persist(async () => {
        if (!(await upstream.stop(conversation)).confirmed) throw new Error("Equos has not confirmed the stop");
      }, background.wake);
      const recorded = background.retry(save);
      void background.track(recorded.then((stored) => stored && ends.stop(store, stored)));
    }
    background.wake();
  }

  /** Records that a sent start has an unknown outcome. A search by name begins at once. Never rejects. */
  async function leaveUnknown({ store, subject, reservation }: Start, error: unknown, leftMs: number): Promise<void> {
    // Equos may create the conversation until then, although the connection is gone.
    const findableAt = store.session.now + Math.max(0, leftMs);
    const code = isBrokerError(error) ? error.code : "internal-error";
    await background.persist(
      () => store.change(markUnknown, { reservation, findableAt }),
      (moved) => {
        settled(reservation);
        if (moved?.changed) events.start(subject, { type: "start.unknown", code });
      },
    );
  }

  function reportFailure(own: Start, code: ErrorCode): void {
    if (!own.isReported) events.start(own.subject, { type: "start.failed", code });
    own.isReported = true;
  }

  /** Takes back what a start has written, and what it may have been handed. Resolves after the first attempt. */
  const takeBack = (store: OpenStore, reservation: string): Promise<void> =>
    background.persist(
      () => store.change(withdraw, { reservation, graceMs }),
      () => settled(reservation),
    );

  function settled(reservation: string): void {
    pending.notify(reservation);
    background.wake();
  }

  /** The response with this payload did not reach its client. Without another page the conversation is stopped. */
  const notDelivered = ({ store, reservation, generation }: Omit<Handout, "payload" | "resumed" | "quotas">) =>
    background.persist(() => store.change(undelivered, { reservation, generation, graceMs }), background.wake);

  return { start, undelivered: notDelivered };
}

interface Committed {
  readonly payload: Grant;
  readonly generation: number;
}

/** Takes a conversation into the state, if it is not there yet, and requests its stop. */
function stopUndelivered(state: ConsumerState, request: ImportRequest & { readonly reason: EndReason }, now: number) {
  const { outcome, change } = importConversation(state, request, now);
  if (outcome.record.status !== "running") return { outcome: outcome.record, change };
  const stopping = requestStop(state, request, now);
  return { ...stopping, outcome: stopping.outcome.outcome === "found" ? stopping.outcome.record : outcome.record };
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

/**
 * Returns the quotas of a start, in the order in which it has to pass them, and the sets that it is counted in.
 *
 * @param dependsOnConsumer then the conversations of consumers without a limit count too
 */
async function sharedLimits(
  store: OpenStore,
  { limits: { perConsumer, perIp, overall }, ip }: StartRequest,
  dependsOnConsumer: boolean,
): Promise<Pick<ReserveRequest, "quotas" | "sets">> {
  const quotas: Quota[] = [];
  const sets: { set: string; limit: number | undefined }[] = [];
  const add = (quota: LimitQuota | undefined, fields: Pick<Quota, "name" | "unit" | "scope" | "key">) => {
    if (quota !== undefined) quotas.push({ ...fields, limit: quota.max, windowSeconds: quota.perSeconds });
  };
  const addSet = (set: string, limit: number | undefined) => {
    if (limit !== undefined || dependsOnConsumer) sets.push({ set, limit });
  };
  const hasAddress = ip !== undefined && (perIp !== undefined || dependsOnConsumer);
  const address = hasAddress ? await store.hashes.network(network(ip)) : "";
  add(perConsumer?.starts, { name: "starts", unit: "starts", scope: "consumer", key: "starts" });
  if (hasAddress) {
    add(perIp?.starts, { name: "ip-starts", unit: "starts", scope: "shared", key: `ip-starts:${address}` });
    add(perIp?.seconds, { name: "ip-seconds", unit: "seconds", scope: "shared", key: `ip-seconds:${address}` });
    addSet(`ip-active:${address}`, perIp?.active);
  }
  add(perConsumer?.seconds, { name: "seconds", unit: "seconds", scope: "consumer", key: "seconds" });
  add(overall?.seconds, { name: "global-seconds", unit: "seconds", scope: "shared", key: "global-seconds" });
  addSet("active", overall?.active);
  return { quotas, sets };
}

/** A refused start: the consumer's own quotas with figures, shared limits without. */
function limited({ by, retryAfterMs, readings: quotas }: Extract<ReserveOutcome, { outcome: "limited" }>): BrokerError {
  const retryAfterSeconds = toSeconds(retryAfterMs);
  if (by === "starts") return new BrokerError("too-many-starts", { retryAfterSeconds, quotas });
  if (by === "ip-starts") return new BrokerError("too-many-starts", { retryAfterSeconds });
  if (by === "seconds") return new BrokerError("seconds-used-up", { retryAfterSeconds, quotas });
  if (by === "ip-seconds") return new BrokerError("seconds-used-up", { retryAfterSeconds });
  // Without the hash of an address.
  const hint = `The limit ${by.replace(/:.*/, "")} is reached`;
  return new BrokerError("at-capacity", { hint, retryAfterSeconds: AT_CAPACITY_SECONDS });
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
