import {
  type Draft,
  decide,
  type End,
  endRecord,
  leaveSets,
  makeUnknown,
  markAnnounced,
  nextGeneration,
  openDraft,
  putRecord,
  settle,
  stopRecord,
  takeWork,
} from "./draft.js";
import { removeRecipients } from "./presence.js";
import { isActive, SEARCHES_APART_MS } from "./reserve.js";
import type { ConsumerState, ConversationRecord, ConversationStatus, Decision, EndReason } from "./state.js";
import { asFound, changeRunning, findRecord, type Target, type TargetOutcome } from "./target.js";

/** How long before `endsAt`, in ms, an end by Equos counts as the end of the maximum duration. */
const MAX_DURATION_SLACK_MS = 2_000;

/** A record after a transition. `changed`: this very call changed it. `undefined`: there is no such record. */
export type Moved = { readonly record: ConversationRecord; readonly changed: boolean } | undefined;

/** Names the record that a transition changes. */
interface OnRecord {
  readonly reservation: string;
}

/** Applies a change to the record of a reservation. One in another status stays as it is, or if `apply` returns `undefined`. */
function move(
  state: ConsumerState,
  { reservation }: OnRecord,
  now: number,
  from: readonly ConversationStatus[],
  apply: (record: ConversationRecord, draft: Draft) => Moved,
): Decision<Moved> {
  const draft = openDraft(state, now);
  const record = findRecord(state, reservation);
  const moved = record && from.includes(record.status) ? apply(record, draft) : undefined;
  return decide(draft, moved ?? (record && { record, changed: false }));
}

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
  if (findHolder(state, request) !== undefined) {
    const { change } = markUnknown(state, { reservation, findableAt: now }, now);
    return { outcome: { outcome: "duplicate-conversation" }, change };
  }
  const record = findRecord(state, reservation);
  if (record?.status === "running" && record.conversation === conversation) {
    // The same answer is recorded a second time.
    return { outcome: { outcome: "committed", record, generation: record.firstGeneration ?? state.generation } };
  }
  const maxSeconds = Math.min(request.maxSeconds, record?.maxSeconds ?? request.maxSeconds);
  if (record?.status !== "reserved") {
    const late = importConversation(state, { ...request, reason: "late-response", startedAt: now, maxSeconds }, now);
    return { outcome: { outcome: "late", record: late.outcome.record }, change: late.change };
  }
  const draft = openDraft(state, now);
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
  draft.change.setAliases = [conversation, token];
  draft.change.setSealed = { [reservation]: sealed };
  return decide(draft, { outcome: "committed", record: running, generation });
}

/** Returns another record that has the same conversation: Equos has given one id twice. */
const findHolder = (
  { records }: ConsumerState,
  { reservation, conversation }: OnRecord & { readonly conversation: string },
) => records.find((record) => record.conversation === conversation && record.reservation !== reservation);

/**
 * Takes a start back of which nothing was sent, or which Equos refused: `reserved` or `unknown` → `ended`
 * (`not-started`). A resume that the caller may have been given counts as undelivered.
 */
export function withdraw(
  state: ConsumerState,
  { reservation, graceMs }: OnRecord & { readonly graceMs: number },
  now: number,
): Decision<Moved> {
  const draft = openDraft(state, now);
  for (const record of state.records) {
    const isStart = record.status === "reserved" || record.status === "unknown";
    if (isStart && record.reservation === reservation) endRecord(draft, record, { reason: "not-started" });
    removeRecipients(draft, record, ({ caller }) => caller === reservation, now + graceMs);
  }
  const record = findRecord(draft.state, reservation);
  return decide(draft, record && { record, changed: draft.state.records !== state.records });
}

/**
 * Records that a start was sent and that its outcome is not known: `reserved` → `unknown`. For one that is `unknown`
 * already, its late call has settled now: it is searched for at once.
 *
 * @param request.findableAt from then on no response can arrive any more
 */
export const markUnknown = (
  state: ConsumerState,
  request: OnRecord & { readonly findableAt: number },
  now: number,
): Decision<Moved> =>
  move(state, request, now, ["reserved", "unknown"], (record, draft) => {
    const findableAt = Math.min(request.findableAt, record.findableAt ?? request.findableAt);
    return { record: makeUnknown(draft, record, findableAt), changed: record.status === "reserved" };
  });

/**
 * Records that a complete search has missed an unknown start. Two misses at least 10 s apart release the hold, if no
 * response could arrive any more when the second search began.
 *
 * @param request.begunAt when the search began, by the store's clock
 */
export const markMissed = (
  state: ConsumerState,
  { begunAt, retryAfterMs, ...request }: OnRecord & { readonly begunAt: number; readonly retryAfterMs: number },
  now: number,
): Decision<Moved> =>
  move(state, request, now, ["unknown"], (record, draft) => {
    const { missedAt, held, findableAt = record.reservedUntil } = record;
    const isMissedTwice = missedAt !== undefined && begunAt >= Math.max(missedAt + SEARCHES_APART_MS, findableAt);
    const isReleased = isMissedTwice && held === true;
    if (isReleased) leaveSets(draft, record);
    const next = putRecord(draft, record, {
      held: isReleased ? undefined : held,
      missedAt: missedAt ?? begunAt,
      retryAt: now + retryAfterMs,
      busyUntil: undefined,
    });
    return { record: next, changed: isReleased };
  });

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
export const requestStop = (state: ConsumerState, request: StopRequest, now: number): Decision<StopOutcome> =>
  changeRunning<StopOutcome>(state, request, now, (record, draft) => {
    const newest = record.recipients?.at(-1)?.generation ?? 0;
    const { reason, ifUnjoined, leaseMs, generation = newest } = request;
    if (newest > generation) return { outcome: "outdated", generation: newest };
    if (generation > state.generation) return { outcome: "outdated", generation: state.generation };
    if (ifUnjoined && (record.joined || (record.joinBy ?? 0) > now)) return asFound(record, false);
    return asFound(takeWork(draft, stopRecord(draft, record, reason), leaseMs), true);
  });

/**
 * Requests the stops of all that a reservation replaces. Returns every conversation of the consumer that has to be
 * confirmed as stopped before the upstream call; `undefined` if the reservation is not `reserved` any more.
 */
export function requestReplacements(
  state: ConsumerState,
  { reservation, leaseMs }: OnRecord & { readonly leaseMs: number },
  now: number,
): Decision<readonly ConversationRecord[] | undefined> {
  const own = findRecord(state, reservation);
  if (own?.status !== "reserved") return { outcome: undefined };
  const draft = openDraft(state, now);
  for (const replaced of own.replaces ?? []) {
    const record = findRecord(state, replaced.reservation);
    if (record?.status === "running") takeWork(draft, stopRecord(draft, record, replaced.reason), leaseMs);
  }
  if (own.replaces !== undefined) putRecord(draft, own, { replaces: undefined });
  return decide(
    draft,
    draft.state.records.filter(({ status }) => status === "stopping"),
  );
}

/** Records that Equos reports a consumer in the conversation. */
export const markJoined = (state: ConsumerState, request: OnRecord, now: number): Decision<Moved> =>
  move(state, request, now, ["running"], (record, draft) =>
    record.joined ? undefined : { record: putRecord(draft, record, { joined: true }), changed: true },
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
export const markEnded = (state: ConsumerState, request: EndRequest, now: number): Decision<Moved> =>
  move(state, request, now, ["running", "stopping", "unknown"], (record, draft) => {
    const { seconds, announce } = request;
    const { endsAt = Number.POSITIVE_INFINITY, conversation = request.conversation } = record;
    const endedAt = Math.min(request.endedAt ?? now, now);
    const isAtEnd = request.reason === "upstream" && endedAt >= endsAt - MAX_DURATION_SLACK_MS;
    const reason = isAtEnd ? "max-duration" : request.reason;
    if (record.conversation === undefined && conversation !== undefined) draft.change.setAliases = [conversation];
    let next = endRecord(draft, { ...record, conversation }, { reason, seconds, endedAt });
    if (announce === "none") next = markAnnounced(draft, next);
    else if (announce !== undefined) next = takeWork(draft, next, announce);
    return { record: next, changed: true };
  });

/** Records that the event about an end was delivered. */
export const acknowledgeEnd = (state: ConsumerState, request: OnRecord, now: number): Decision<Moved> =>
  move(state, request, now, ["ended"], (record, draft) =>
    record.announcedAt === undefined ? { record: markAnnounced(draft, record), changed: true } : undefined,
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
  const { reservation, conversation, token, sealed, startedAt, maxSeconds, active, heartbeatTimeoutMs, leaseMs } =
    request;
  // The conversation is the other record's, so it is not stopped for this one.
  const holder = findHolder(state, request);
  if (holder !== undefined && holder.status !== "ended") return { outcome: { record: holder, changed: false } };
  const record = findRecord(state, reservation);
  if (record !== undefined) {
    const isStart = record.status === "reserved" || record.status === "unknown";
    const isGivenUp = record.status === "ended" && record.conversation !== conversation;
    if (!isGivenUp && !(isStart && request.reason !== undefined)) return { outcome: { record, changed: false } };
  }
  const draft = openDraft(state, now);
  draft.state.generation = Math.max(state.generation, now);
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
  draft.change.setAliases = token === undefined ? [conversation] : [conversation, token];
  if (sealed !== undefined) draft.change.setSealed = { [reservation]: sealed };
  const next =
    reason === undefined ? putRecord(draft, imported) : takeWork(draft, stopRecord(draft, imported, reason), leaseMs);
  return decide(draft, { record: next, changed: true });
}

/** Gives a record back that was handed out as work: the next server takes it after `afterMs`. */
export const retryLater = (
  state: ConsumerState,
  request: OnRecord & { readonly afterMs: number },
  now: number,
): Decision<Moved> =>
  move(state, request, now, ["running", "unknown", "stopping", "ended"], (record, draft) => ({
    record: putRecord(draft, record, { retryAt: now + request.afterMs, busyUntil: undefined }),
    changed: true,
  }));
