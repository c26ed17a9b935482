import { type Draft, putRecord, toDecision } from "./draft.js";
import type { ReserveRequest } from "./reserve.js";
import type { ConversationRecord, Recipient } from "./state.js";
import { asFound, changeRunning, findRecord, type Target } from "./target.js";

/** Recipients that a record keeps. Of more, the two oldest become one. */
const MAX_RECIPIENTS = 8;
/** A page that promised heartbeats sends the first one within this, in ms; otherwise the payload did not reach it. */
const FIRST_HEARTBEAT_MS = 30_000;

/*
 * Presence: which pages still have the conversation. Each running record keeps `recipients` (generations that may have
 * reached a page), `confirmed` (the highest generation that sent a heartbeat), and `left` (the highest generation that said
 * that its page closes).
 *
 * | event | effect |
 * |---|---|
 * | handed out as `g` | append `g`; cancel a scheduled stop; join deadline = now + join timeout unless joined; an armed heartbeat deadline becomes at least that |
 * | the response with `g` did not reach its client | nothing if `g` ≤ `confirmed`; else remove `g`; if none is left: schedule a stop (`undelivered`) |
 * | `pageHide` with `g` (none given: the latest) | `left` = `g`; remove all recipients ≤ `g`; if that emptied them: schedule a stop (`page-closed`) |
 * | heartbeat | `joined`; heartbeat deadline = now + heartbeat timeout, and not before the join deadline |
 * | … with `g` > `left` | also: `confirmed` = `g`; recipients are `g` and newer; a scheduled stop is cancelled; newer recipients that promised heartbeats, are older than 30 s, and never sent one are removed |
 * | more than eight recipients | the two oldest become one, marked kept: `undelivered` does not remove it, `pageHide` and newer heartbeats do |
 * | a generation above `state.generation` | ignored |
 * | imported | recipients unknown: any `pageHide` schedules a stop; a heartbeat with `g` sets recipients and cancels it |
 *
 * So a running record with known recipients has a scheduled stop exactly while it has no recipient.
 */

/** Row "handed out": notes that the payload was handed out as `generation`. */
export function handOut(
  draft: Draft,
  record: ConversationRecord,
  generation: number,
  { reservation, sendsHeartbeats, joinTimeoutMs }: ReserveRequest,
): ConversationRecord {
  const { recipients, heartbeatBy, joined } = record;
  const joinBy = draft.now + joinTimeoutMs;
  const recipient: Recipient = { generation, caller: reservation, since: draft.now, sendsHeartbeats };
  return putRecord(draft, record, {
    recipients: recipients && mergeOldest([...recipients, recipient]),
    scheduledStop: undefined,
    joinBy: joined ? record.joinBy : joinBy,
    heartbeatBy: heartbeatBy && Math.max(heartbeatBy, joinBy),
    attempts: undefined,
    retryAt: undefined,
    busyUntil: undefined,
  });
}

/** Row "more than eight recipients". */
function mergeOldest(recipients: readonly Recipient[]): readonly Recipient[] {
  const [oldest, second, ...newer] = recipients;
  if (recipients.length <= MAX_RECIPIENTS || oldest === undefined || second === undefined) return recipients;
  const sendsHeartbeats = oldest.sendsHeartbeats && second.sendsHeartbeats;
  return [{ ...second, sendsHeartbeats, kept: true }, ...newer];
}

/** Row "did not reach its client": marks a generation as received by no page. Returns whether that scheduled a stop. */
export const undelivered = toDecision(
  (
    draft,
    request: { readonly reservation: string; readonly generation: number; readonly graceMs: number },
  ): { readonly scheduled: boolean } => {
    const { reservation, generation, graceMs } = request;
    const record = findRecord(draft.state, reservation);
    const next = record && removeRecipients(draft, record, graceMs, (recipient) => recipient.generation === generation);
    return { scheduled: next?.scheduledStop !== undefined };
  },
);

/** Removes the recipients that match, as undelivered. Returns `undefined` if there is none. */
export function removeRecipients(
  draft: Draft,
  record: ConversationRecord,
  graceMs: number,
  isLost: (recipient: Recipient) => boolean,
): ConversationRecord | undefined {
  const { status, recipients = [], confirmed = 0 } = record;
  if (status !== "running") return undefined;
  const left = recipients.filter(
    (recipient) => !isLost(recipient) || recipient.kept || recipient.generation <= confirmed,
  );
  if (left.length === recipients.length) return undefined;
  const scheduledStop = left.length === 0 ? ({ at: draft.now + graceMs, reason: "undelivered" } as const) : undefined;
  return putRecord(draft, record, { recipients: left, scheduledStop });
}

export interface PageHideRequest extends Target {
  /** The page's generation. Default: the latest. */
  readonly generation?: number | undefined;
  readonly graceMs: number;
}

/** Row `pageHide`: the page closes or reloads. The stop waits `graceMs` for a page that comes back. */
export const pageHide = changeRunning((draft, record, request: PageHideRequest) => {
  const { now, state } = draft;
  const { generation = state.generation, graceMs } = request;
  if (generation > state.generation) return asFound(record, false);
  const recipients = record.recipients?.filter((recipient) => recipient.generation > generation);
  const left = Math.max(record.left ?? 0, generation);
  const isScheduled = !recipients?.length && record.scheduledStop === undefined;
  const scheduledStop = isScheduled ? ({ at: now + graceMs, reason: "page-closed" } as const) : record.scheduledStop;
  return asFound(putRecord(draft, record, { recipients, left, scheduledStop }), isScheduled);
});

export interface HeartbeatRequest extends Target {
  readonly generation?: number | undefined;
  readonly heartbeatTimeoutMs: number;
}

/** Row `heartbeat`. The outcome is `changed` if no consumer was known to be in the conversation before. */
export const heartbeat = changeRunning((draft, record, request: HeartbeatRequest) => {
  const { now, state } = draft;
  const { generation = 0, heartbeatTimeoutMs } = request;
  const { joined, joinBy = 0, left = 0 } = record;
  // A newer page still has until the join deadline for its first heartbeat: an older page's must not shorten that.
  const heartbeatBy = Math.max(now + heartbeatTimeoutMs, record.heartbeatBy ?? 0, joinBy);
  const isCurrent = generation > left && generation <= state.generation;
  const confirmation = isCurrent ? confirm(record, generation, now) : {};
  return asFound(putRecord(draft, record, { joined: true, heartbeatBy }, confirmation), !joined);
});

/** Row "… with `g` > `left`". */
function confirm(
  { recipients = [], confirmed: before = 0 }: ConversationRecord,
  generation: number,
  now: number,
): Partial<ConversationRecord> {
  const confirmed = Math.max(before, generation);
  const own = recipients.find((recipient) => recipient.generation === generation);
  // A response that was reported as lost has arrived after all, or the conversation was imported.
  const sender = own ?? { generation, caller: "", since: now, sendsHeartbeats: true };
  const newer = recipients.filter((recipient) => {
    const isOverdue = recipient.sendsHeartbeats && recipient.since + FIRST_HEARTBEAT_MS < now;
    return recipient.generation > generation && (!isOverdue || recipient.generation <= confirmed);
  });
  return { scheduledStop: undefined, confirmed, recipients: mergeOldest([sender, ...newer]) };
}

/** Returns whether each page that may have the conversation has promised heartbeats. Silence then means that none has joined. */
export const promisedHeartbeats = ({ recipients = [] }: ConversationRecord): boolean =>
  recipients.length > 0 && recipients.every(({ sendsHeartbeats }) => sendsHeartbeats);
