import { Draft, type End, settledFields } from "./draft.js";
import { handOut, withoutRecipients } from "./presence.js";
import { isActive, SEARCHES_APART_MS } from "./reserve.js";
import type { ConsumerState, ConversationRecord, Decision, EndReason } from "./state.js";
import { findTarget, found, type Target, type TargetOutcome } from "./target.js";

/** Equos ends a conversation by itself at about `endsAt`; an end later than this before it, in ms, is that one. */
const MAX_DURATION_SLACK_MS = 2_000;

/** A record after a transition. `changed`: this very call changed it. `undefined`: there is no such record. */
export type Moved = { readonly record: ConversationRecord; readonly changed: boolean } | undefined;

const byReservation = ({ records }: ConsumerState, reservation: string): ConversationRecord | undefined =>
  records.find((record) => record.reservation === reservation);

const unchanged = (record: ConversationRecord | undefined): Decision<Moved> => ({
  outcome: record && { record, changed: false },
});

export interface CommitRequest {
  readonly reservation: string;
  /** Equos' id. */
  readonly conversation: string;
  /** Keyed hash of the consumer's token. */
  readonly token: string;
  /** The sealed text, now with the client payload. */
  readonly sealed: string;
  /** What Equos answered; the smaller one of this and of what was reserved counts. */
  readonly maxSeconds: number;
  readonly joinTimeoutMs: number;
  /** How long this server has to stop a late one, in ms. */
  readonly leaseMs: number;
}

export type CommitOutcome =
  | { readonly outcome: "committed"; readonly record: ConversationRecord; readonly generation: number }
  /** The start was given up meanwhile: the record is `stopping`, and the caller stops the conversation. */
  | { readonly outcome: "late"; readonly record: ConversationRecord }
  /** Another record has this conversation: Equos has given one id twice. The reservation is `unknown` now. */
  | { readonly outcome: "duplicate-conversation" };

/** Records Equos' answer to a start: `reserved` → `running`, and hands the payload out to the caller. */
export function commit(state: ConsumerState, request: CommitRequest, now: number): Decision<CommitOutcome> {
  const { reservation, conversation, token, sealed, joinTimeoutMs } = request;
  const draft = new Draft(state, now);
  if (state.records.some((other) => other.conversation === conversation && other.reservation !== reservation)) {
    const { change } = markUnknown(state, { reservation, findableAt: now }, now);
    return { outcome: { outcome: "duplicate-conversation" }, change };
  }
  const record = byReservation(state, reservation);
  if (record?.status === "running" && record.conversation === conversation) {
    // The same answer is recorded a second time.
    return { outcome: { outcome: "committed", record, generation: record.firstGeneration ?? state.generation } };
  }
  const maxSeconds = Math.min(request.maxSeconds, record?.maxSeconds ?? request.maxSeconds);
  if (record?.status !== "reserved") {
    const late = importConversation(state, { ...request, reason: "late-response", startedAt: now, maxSeconds }, now);
    return { outcome: { outcome: "late", record: late.outcome.record }, change: late.change };
  }
  const generation = draft.nextGeneration();
  const running: ConversationRecord = {
    ...settledFields(record, "running"),
    maxSeconds,
    conversation,
    token,
    startedAt: now,
    endsAt: now + maxSeconds * 1000,
    recipients: [],
    firstGeneration: generation,
  };
  const sendsHeartbeats = record.sendsHeartbeats === true;
  const next = draft.put(handOut(running, generation, now, { caller: reservation, sendsHeartbeats, joinTimeoutMs }));
  draft.alias(conversation, token);
  draft.seal(reservation, sealed);
  return draft.decide({ outcome: "committed", record: next, generation });
}

/**
 * Takes a start back of which nothing was sent, or which Equos refused: `reserved` or `unknown` → `ended`
 * (`not-started`). A resume that the caller may have been given counts as undelivered.
 */
export function withdraw(
  state: ConsumerState,
  { reservation, graceMs }: { readonly reservation: string; readonly graceMs: number },
  now: number,
): Decision<Moved> {
  const draft = new Draft(state, now);
  let isChanged = false;
  for (const record of state.records) {
    if (record.reservation === reservation && (record.status === "reserved" || record.status === "unknown")) {
      draft.end(record, { reason: "not-started" });
      isChanged = true;
    }
    const without = withoutRecipients(record, ({ caller }) => caller === reservation, now + graceMs);
    if (without !== undefined) {
      draft.put(without);
      isChanged = true;
    }
  }
  if (!isChanged) return unchanged(byReservation(state, reservation));
  const record = draft.records.find((candidate) => candidate.reservation === reservation);
  return draft.decide(record && { record, changed: true });
}

/**
 * Records that a start was sent and that its outcome is not known: `reserved` → `unknown`. For one that is `unknown`
 * already, its late call has settled now: it is searched for at once.
 *
 * @param request.findableAt from then on no response can arrive any more
 */
export function markUnknown(
  state: ConsumerState,
  { reservation, findableAt }: { readonly reservation: string; readonly findableAt: number },
  now: number,
): Decision<Moved> {
  const record = byReservation(state, reservation);
  if (record?.status !== "reserved" && record?.status !== "unknown") return unchanged(record);
  const draft = new Draft(state, now);
  const next = draft.put(unknown(record, Math.min(findableAt, record.findableAt ?? findableAt), now));
  return draft.decide({ record: next, changed: record.status === "reserved" });
}

/** A reserved record as `unknown`; one that is unknown keeps what its searches have found out. */
export function unknown(record: ConversationRecord, findableAt: number, now: number): ConversationRecord {
  const { missedAt } = record;
  const held = record.status === "unknown" ? record.held : true;
  return { ...settledFields(record, "unknown"), held, missedAt, findableAt, retryAt: now };
}

/**
 * Records that a complete search has missed an unknown start. Two misses at least 10 s apart release the hold, if no
 * response could arrive any more when the second search began.
 *
 * @param request.begunAt when the search began, by the store's clock
 */
export function markMissed(
  state: ConsumerState,
  request: { readonly reservation: string; readonly begunAt: number; readonly retryAfterMs: number },
  now: number,
): Decision<Moved> {
  const record = byReservation(state, request.reservation);
  if (record?.status !== "unknown") return unchanged(record);
  const { missedAt, findableAt = record.reservedUntil } = record;
  const { begunAt } = request;
  const isReleased = missedAt !== undefined && begunAt >= Math.max(missedAt + SEARCHES_APART_MS, findableAt);
  const draft = new Draft(state, now);
  if (isReleased && record.held) draft.leaveSets(record);
  const next = draft.put({
    ...record,
    held: isReleased ? undefined : record.held,
    missedAt: missedAt ?? begunAt,
    retryAt: now + request.retryAfterMs,
    busyUntil: undefined,
  });
  return draft.decide({ record: next, changed: isReleased && record.held === true });
}

export interface StopRequest extends Target {
  readonly reason: EndReason;
  /** The page's generation. Without it the stop is always honoured. */
  readonly generation?: number | undefined;
  /** Only if no consumer has joined and the join deadline has passed. */
  readonly ifUnjoined?: boolean | undefined;
  /** How long this server has to stop it at Equos, in ms. */
  readonly leaseMs: number;
}

export type StopOutcome =
  | TargetOutcome
  /** A newer page has the conversation. */
  | { readonly outcome: "outdated"; readonly generation: number };

/** Requests the end of a conversation: `running` → `stopping`, if no page has a newer generation than the caller. */
export function requestStop(state: ConsumerState, request: StopRequest, now: number): Decision<StopOutcome> {
  const target = findTarget(state, request);
  if (target.outcome !== "found") return { outcome: target };
  const { record } = target;
  if (record.status !== "running") return { outcome: target };
  const { generation, reason, ifUnjoined, leaseMs } = request;
  if (generation !== undefined) {
    const newest = record.recipients?.at(-1)?.generation ?? 0;
    if (newest > generation) return { outcome: { outcome: "outdated", generation: newest } };
    if (generation > state.generation) return { outcome: { outcome: "outdated", generation: state.generation } };
  }
  if (ifUnjoined && (record.joined || (record.joinBy ?? 0) > now)) return { outcome: target };
  const draft = new Draft(state, now);
  return draft.decide(found(draft.stop(record, reason, leaseMs), true));
}

/**
 * Requests the stops of all that a reservation replaces. Returns every conversation of the consumer that has to be
 * confirmed as stopped before the upstream call; `undefined` if the reservation is not `reserved` any more.
 */
export function requestReplacements(
  state: ConsumerState,
  { reservation, leaseMs }: { readonly reservation: string; readonly leaseMs: number },
  now: number,
): Decision<readonly ConversationRecord[] | undefined> {
  const own = byReservation(state, reservation);
  if (own?.status !== "reserved") return { outcome: undefined };
  const draft = new Draft(state, now);
  for (const { reservation: replaced, reason } of own.replaces ?? []) {
    const record = byReservation(state, replaced);
    if (record?.status === "running") draft.stop(record, reason, leaseMs);
  }
  const stopping = draft.records.filter(({ status }) => status === "stopping");
  if (own.replaces === undefined) return { outcome: stopping };
  draft.put({ ...own, replaces: undefined });
  return draft.decide(stopping);
}

/** Records that Equos reports a consumer in the conversation. */
export function markJoined(
  state: ConsumerState,
  { reservation }: { readonly reservation: string },
  now: number,
): Decision<Moved> {
  const record = byReservation(state, reservation);
  if (record?.status !== "running" || record.joined) return unchanged(record);
  const draft = new Draft(state, now);
  return draft.decide({ record: draft.put({ ...record, joined: true, retryAt: undefined }), changed: true });
}

export interface EndRequest extends End {
  readonly reservation: string;
  /** Equos' id, for an unknown start that was found. */
  readonly conversation?: string | undefined;
  /** How long this server has to announce the end, in ms. Default: the sweep announces it. `none`: there is no `onEvent`. */
  readonly announce?: number | "none" | undefined;
}

/**
 * Records that nothing runs at Equos: `running`, `stopping`, or `unknown` → `ended`. The end is announced afterwards, by the
 * sweep. An end by Equos at about `endsAt` counts as `max-duration`.
 */
export function markEnded(state: ConsumerState, request: EndRequest, now: number): Decision<Moved> {
  const record = byReservation(state, request.reservation);
  if (record === undefined || record.status === "ended" || record.status === "reserved") return unchanged(record);
  const { endsAt = Number.POSITIVE_INFINITY } = record;
  const endedAt = Math.min(request.endedAt ?? now, now);
  const isAtEnd = request.reason === "upstream" && endedAt >= endsAt - MAX_DURATION_SLACK_MS;
  const conversation = record.conversation ?? request.conversation;
  const draft = new Draft(state, now);
  if (conversation !== record.conversation) draft.alias(conversation);
  const reason = isAtEnd ? "max-duration" : request.reason;
  const ended = draft.end({ ...record, conversation }, { reason, seconds: request.seconds, endedAt });
  const { announce } = request;
  let next = ended;
  if (announce === "none") next = draft.announced(ended);
  else if (announce !== undefined) next = draft.put({ ...ended, attempts: 1, busyUntil: now + announce });
  return draft.decide({ record: next, changed: true });
}

/** Records that the event about an end was delivered. */
export function acknowledgeEnd(
  state: ConsumerState,
  { reservation }: { readonly reservation: string },
  now: number,
): Decision<Moved> {
  const record = byReservation(state, reservation);
  if (record?.status !== "ended" || record.announcedAt !== undefined) return unchanged(record);
  const draft = new Draft(state, now);
  return draft.decide({ record: draft.announced(record), changed: true });
}

export interface ImportRequest {
  readonly reservation: string;
  /** Equos' id. */
  readonly conversation: string;
  /** Stop it. Without a reason it goes on, for the consumer in it. */
  readonly reason?: EndReason | undefined;
  /** Keyed hash of its token, where it is known. */
  readonly token?: string | undefined;
  readonly sealed?: string | undefined;
  readonly startedAt: number;
  readonly maxSeconds: number;
  /** Its upstream name says that its page sends heartbeats: the deadline is armed at once. */
  readonly heartbeatTimeoutMs?: number | undefined;
  /** The consumer may have so many: one more is stopped as an orphan. */
  readonly active?: number | undefined;
  readonly leaseMs: number;
}

/**
 * Takes a conversation into the state that runs at Equos and is in no record, or in one that was given up. A start that is
 * `reserved` or `unknown` only if there is a reason to stop it: otherwise its server, or the search, decides. Its times
 * are Equos'. A conversation without a record is not charged, and its end leaves no cooldown.
 */
export function importConversation(
  state: ConsumerState,
  request: ImportRequest,
  now: number,
): Decision<{ readonly record: ConversationRecord; readonly changed: boolean }> {
  const { reservation, conversation, token, sealed, startedAt, maxSeconds, active, leaseMs } = request;
  // Equos has given one id twice: the conversation is the other record's, so it is not stopped for this one.
  const holder = state.records.find(
    (other) => other.conversation === conversation && other.reservation !== reservation,
  );
  if (holder !== undefined && holder.status !== "ended") return { outcome: { record: holder, changed: false } };
  const record = byReservation(state, reservation);
  const isStart = record?.status === "reserved" || record?.status === "unknown";
  const isKnown =
    record !== undefined && !isStart && (record.status !== "ended" || record.conversation === conversation);
  if (record !== undefined && (isKnown || (isStart && request.reason === undefined))) {
    return { outcome: { record, changed: false } };
  }
  const draft = new Draft(state, now);
  draft.raiseGeneration(now);
  const isOneTooMany = active !== undefined && state.records.filter(isActive).length >= active;
  const reason = request.reason ?? (isOneTooMany ? "orphan" : undefined);
  const base: ConversationRecord =
    record === undefined
      ? { reservation, status: "running", fingerprint: "", maxSeconds, reservedAt: startedAt, reservedUntil: startedAt }
      : { ...settledFields(record, "running"), reason: undefined };
  const imported: ConversationRecord = {
    ...base,
    conversation,
    token,
    startedAt,
    endsAt: startedAt + maxSeconds * 1000,
    joined: true,
    heartbeatBy: request.heartbeatTimeoutMs === undefined ? undefined : now + request.heartbeatTimeoutMs,
    checkedAt: now,
  };
  draft.alias(conversation, token);
  if (sealed !== undefined) draft.seal(reservation, sealed);
  const next = reason === undefined ? draft.put(imported) : draft.stop(imported, reason, leaseMs);
  return draft.decide({ record: next, changed: true });
}

/** Gives a record back that was handed out as work: the next server takes it after `afterMs`. */
export function retryLater(
  state: ConsumerState,
  { reservation, afterMs }: { readonly reservation: string; readonly afterMs: number },
  now: number,
): Decision<Moved> {
  const record = byReservation(state, reservation);
  if (record === undefined || record.status === "reserved") return unchanged(record);
  const draft = new Draft(state, now);
  const next = draft.put({ ...record, retryAt: now + afterMs, busyUntil: undefined });
  return draft.decide({ record: next, changed: true });
}
