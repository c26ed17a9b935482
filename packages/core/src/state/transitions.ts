import {
  type Draft,
  type End,
  endRecord,
  leaveSets,
  makeUnknown,
  markAnnounced,
  nextGeneration,
  putRecord,
  settle,
  stopRecord,
  takeWork,
  toDecision,
} from "./draft.js";
import { removeRecipients } from "./presence.js";
import { isActive, SEARCHES_APART_MS } from "./reserve.js";
import type { ConsumerState, ConversationRecord, ConversationStatus, EndReason } from "./state.js";
import { asFound, changeRunning, findRecord, type Target, type TargetOutcome } from "./target.js";

/** How long before `endsAt`, in ms, an end by Equos counts as the end of the maximum duration. */
const MAX_DURATION_SLACK_MS = 2_000;

/** A record after a transition. `changed`: this very call changed it. `undefined`: there is no such record. */
export type Moved = { readonly record: ConversationRecord; readonly changed: boolean } | undefined;

/** Names the record that a transition changes. */
interface OnRecord {
  readonly reservation: string;
}

/** Makes a function that changes the record of a reservation in one of these statuses. `undefined` leaves it as it is. */
const transition = <R extends OnRecord = OnRecord>(
  from: readonly ConversationStatus[],
  apply: (draft: Draft, record: ConversationRecord, request: R) => ConversationRecord | undefined,
  isChanged = (_before: ConversationRecord, _after: ConversationRecord): boolean => true,
) =>
  toDecision((draft, request: R): Moved => {
    const record = findRecord(draft.state, request.reservation);
    if (record === undefined) return undefined;
    const next = from.includes(record.status) ? apply(draft, record, request) : undefined;
    return next === undefined ? { record, changed: false } : { record: next, changed: isChanged(record, next) };
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
export const commit = toDecision((draft, request: CommitRequest): CommitOutcome => {
  const { now, state, change } = draft;
  const { reservation, conversation, token, sealed, joinTimeoutMs } = request;
  const record = findRecord(state, reservation);
  if (findHolder(state, request) !== undefined) {
    if (record !== undefined && isStart(record)) makeUnknown(draft, record, now);
    return { outcome: "duplicate-conversation" };
  }
  if (record?.status === "running" && record.conversation === conversation) {
    // The same answer is recorded a second time.
    return { outcome: "committed", record, generation: record.firstGeneration ?? state.generation };
  }
  const maxSeconds = Math.min(request.maxSeconds, record?.maxSeconds ?? request.maxSeconds);
  if (record?.status !== "reserved") {
    const late = importRecord(draft, { ...request, reason: "late-response", startedAt: now, maxSeconds });
    return { outcome: "late", record: late.record };
  }
  const generation = nextGeneration(draft);
  const sendsHeartbeats = record.sendsHeartbeats === true;
  const running = putRecord(draft, record, {
    status: "running",
    replaces: undefined,
    maxSeconds,
    conversation,
    token,
    startedAt: now,
    endsAt: now + maxSeconds * 1000,
    firstGeneration: generation,
    recipients: [{ generation, caller: reservation, since: now, sendsHeartbeats }],
    joinBy: now + joinTimeoutMs,
  });
  change.setAliases = [conversation, token];
  change.setSealed = { [reservation]: sealed };
  return { outcome: "committed", record: running, generation };
});

const isStart = ({ status }: ConversationRecord): boolean => status === "reserved" || status === "unknown";

/** Returns another record that has the same conversation: Equos has given one id twice. */
const findHolder = ({ records }: ConsumerState, { reservation, conversation }: CommitRequest | ImportRequest) =>
  records.find((record) => record.conversation === conversation && record.reservation !== reservation);

/**
 * Takes a start back of which nothing was sent, or which Equos refused: `reserved` or `unknown` → `ended`
 * (`not-started`). A resume that the caller may have been given counts as undelivered.
 */
export const withdraw = toDecision((draft, request: OnRecord & { readonly graceMs: number }): Moved => {
  const { reservation, graceMs } = request;
  const { records } = draft.state;
  for (const record of records) {
    if (record.reservation === reservation && isStart(record)) endRecord(draft, record, { reason: "not-started" });
    removeRecipients(draft, record, graceMs, ({ caller }) => caller === reservation);
  }
  const record = findRecord(draft.state, reservation);
  return record && { record, changed: draft.state.records !== records };
});

/**
 * Records that a start was sent and that its outcome is not known: `reserved` → `unknown`. For one that is `unknown`
 * already, its late call has settled now: it is searched for at once.
 *
 * @param request.findableAt from then on no response can arrive any more
 */
export const markUnknown = transition(
  ["reserved", "unknown"],
  (draft, record, { findableAt }: OnRecord & { readonly findableAt: number }) => makeUnknown(draft, record, findableAt),
  ({ status }) => status === "reserved",
);

/**
 * Records that a complete search has missed an unknown start. Two misses at least 10 s apart release the hold, if no
 * response could arrive any more when the second search began.
 *
 * @param request.begunAt when the search began, by the store's clock
 */
export const markMissed = transition(
  ["unknown"],
  (draft, record, request: OnRecord & { readonly begunAt: number; readonly retryAfterMs: number }) => {
    const { begunAt, retryAfterMs } = request;
    const { missedAt, held, findableAt = record.reservedUntil } = record;
    const isReleased = missedAt !== undefined && begunAt >= Math.max(missedAt + SEARCHES_APART_MS, findableAt);
    if (isReleased && held) leaveSets(draft, record);
    return putRecord(draft, record, {
      held: isReleased ? undefined : held,
      missedAt: missedAt ?? begunAt,
      retryAt: draft.now + retryAfterMs,
      busyUntil: undefined,
    });
  },
  (before, after) => before.held !== after.held,
);

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
export const requestStop = changeRunning((draft, record, request: StopRequest): StopOutcome => {
  const latest = draft.state.generation;
  const newest = record.recipients?.at(-1)?.generation ?? 0;
  const { reason, ifUnjoined, leaseMs, generation = newest } = request;
  if (newest > generation) return { outcome: "outdated", generation: newest };
  if (generation > latest) return { outcome: "outdated", generation: latest };
  if (ifUnjoined && (record.joined || (record.joinBy ?? 0) > draft.now)) return asFound(record, false);
  return asFound(takeWork(draft, stopRecord(draft, record, reason), leaseMs), true);
});

/**
 * Requests the stops of all that a reservation replaces. Returns every conversation of the consumer that has to be
 * confirmed as stopped before the upstream call; `undefined` if the reservation is not `reserved` any more.
 */
export const requestReplacements = toDecision(
  (draft, request: OnRecord & { readonly leaseMs: number }): readonly ConversationRecord[] | undefined => {
    const own = findRecord(draft.state, request.reservation);
    if (own?.status !== "reserved") return undefined;
    for (const { reservation, reason } of own.replaces ?? []) {
      const record = findRecord(draft.state, reservation);
      if (record?.status === "running") takeWork(draft, stopRecord(draft, record, reason), request.leaseMs);
    }
    if (own.replaces !== undefined) putRecord(draft, own, { replaces: undefined });
    return draft.state.records.filter(({ status }) => status === "stopping");
  },
);

/** Records that Equos reports a consumer in the conversation. */
export const markJoined = transition(["running"], (draft, record) =>
  record.joined ? undefined : putRecord(draft, record, { joined: true }),
);

export interface EndRequest extends End, OnRecord {
  /** Equos' id, for an unknown start that was found. */
  readonly conversation?: string | undefined;
  /** How long this server has to announce the end, in ms. Default: the sweep announces it. `none`: there is no `onEvent`. */
  readonly announce?: number | "none" | undefined;
}

/**
 * Records that nothing runs at Equos: `running`, `stopping`, or `unknown` → `ended`. The end is announced afterwards, by the
 * sweep. An end by Equos at about `endsAt` counts as `max-duration`.
 */
export const markEnded = transition(
  ["running", "stopping", "unknown"],
  (draft, record, { seconds, announce, ...request }: EndRequest) => {
    const { endsAt = Number.POSITIVE_INFINITY, conversation = request.conversation } = record;
    const endedAt = Math.min(request.endedAt ?? draft.now, draft.now);
    const isAtEnd = request.reason === "upstream" && endedAt >= endsAt - MAX_DURATION_SLACK_MS;
    const reason = isAtEnd ? "max-duration" : request.reason;
    if (record.conversation === undefined && conversation !== undefined) draft.change.setAliases = [conversation];
    const ended = endRecord(draft, Object.assign({}, record, { conversation }), { reason, seconds, endedAt });
    if (announce === "none") return markAnnounced(draft, ended);
    return announce === undefined ? ended : takeWork(draft, ended, announce);
  },
);

/** Records that the event about an end was delivered. */
export const acknowledgeEnd = transition(["ended"], (draft, record) =>
  record.announcedAt === undefined ? markAnnounced(draft, record) : undefined,
);

export interface ImportRequest extends OnRecord {
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

/** Adds the conversation of a request to the state; see {@link importConversation}. */
function importRecord(draft: Draft, request: ImportRequest): NonNullable<Moved> {
  const { state, now, change } = draft;
  const { reservation, conversation, token, sealed, startedAt, maxSeconds, active, heartbeatTimeoutMs, leaseMs } =
    request;
  // The conversation is the other record's, so it is not stopped for this one.
  const holder = findHolder(state, request);
  if (holder !== undefined && holder.status !== "ended") return { record: holder, changed: false };
  const record = findRecord(state, reservation);
  if (record !== undefined) {
    const isGivenUp = record.status === "ended" && record.conversation !== conversation;
    if (!isGivenUp && !(isStart(record) && request.reason !== undefined)) return { record, changed: false };
  }
  state.generation = Math.max(state.generation, now);
  const isOneTooMany = active !== undefined && state.records.filter(isActive).length >= active;
  const reason = request.reason ?? (isOneTooMany ? "orphan" : undefined);
  const stranger = { reservation, fingerprint: "", maxSeconds, reservedAt: startedAt, reservedUntil: startedAt };
  const imported: ConversationRecord = Object.assign(record === undefined ? stranger : settle(record, "running"), {
    status: "running" as const,
    reason: undefined,
    conversation,
    token,
    startedAt,
    endsAt: startedAt + maxSeconds * 1000,
    joined: true as const,
    heartbeatBy: heartbeatTimeoutMs === undefined ? undefined : now + heartbeatTimeoutMs,
    checkedAt: now,
  });
  change.setAliases = token === undefined ? [conversation] : [conversation, token];
  if (sealed !== undefined) change.setSealed = { [reservation]: sealed };
  const next =
    reason === undefined ? putRecord(draft, imported) : takeWork(draft, stopRecord(draft, imported, reason), leaseMs);
  return { record: next, changed: true };
}

/**
 * Takes a conversation into the state that runs at Equos and is in no record, or in one that was given up. A start that is
 * `reserved` or `unknown` only if there is a reason to stop it: otherwise its server, or the search, decides. Its times
 * are Equos'. A conversation without a record is not charged, and its end leaves no cooldown.
 */
export const importConversation = toDecision(importRecord);

/** Gives a record back that was handed out as work: the next server takes it after `afterMs`. */
export const retryLater = transition(
  ["running", "unknown", "stopping", "ended"],
  (draft, record, { afterMs }: OnRecord & { readonly afterMs: number }) =>
    putRecord(draft, record, { retryAt: draft.now + afterMs, busyUntil: undefined }),
);
