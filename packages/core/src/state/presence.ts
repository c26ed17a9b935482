import { Draft } from "./draft.js";
import type { ConsumerState, ConversationRecord, Decision, Recipient } from "./state.js";
import { changeRunning, found, recordOf, type Target, type TargetOutcome } from "./target.js";

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

/** What a hand-out needs to know of the caller. */
export interface HandOut {
  /** The caller's reservation id. */
  readonly caller: string;
  readonly sendsHeartbeats: boolean;
  readonly joinTimeoutMs: number;
}

/** Row "handed out": returns the record as it is after the payload was handed out as `generation`. */
export function handOut(
  record: ConversationRecord,
  generation: number,
  now: number,
  { caller, sendsHeartbeats, joinTimeoutMs }: HandOut,
): ConversationRecord {
  const joinBy = now + joinTimeoutMs;
  return {
    ...record,
    scheduledStop: undefined,
    attempts: undefined,
    retryAt: undefined,
    busyUntil: undefined,
    recipients:
      record.recipients && bounded([...record.recipients, { generation, caller, since: now, sendsHeartbeats }]),
    joinBy: record.joined ? record.joinBy : joinBy,
    heartbeatBy: record.heartbeatBy && Math.max(record.heartbeatBy, joinBy),
  };
}

function bounded(recipients: readonly Recipient[]): readonly Recipient[] {
  const [oldest, second, ...newer] = recipients;
  if (recipients.length <= MAX_RECIPIENTS || oldest === undefined || second === undefined) return recipients;
  const sendsHeartbeats = oldest.sendsHeartbeats && second.sendsHeartbeats;
  return [{ ...second, sendsHeartbeats, kept: true }, ...newer];
}

/** Row "did not reach its client": marks a generation as received by no page. Returns whether that scheduled a stop. */
export function undelivered(
  state: ConsumerState,
  request: { readonly reservation: string; readonly generation: number; readonly graceMs: number },
  now: number,
): Decision<{ readonly scheduled: boolean }> {
  const { reservation, generation, graceMs } = request;
  const draft = new Draft(state, now);
  const record = recordOf(state, reservation);
  const next = record && withoutRecipients(record, (recipient) => recipient.generation === generation, now + graceMs);
  if (next !== undefined) draft.put(next);
  return draft.decide({ scheduled: next?.scheduledStop !== undefined });
}

/** Removes the recipients that match, as undelivered. `undefined`: there is nothing to remove. */
export function withoutRecipients(
  record: ConversationRecord,
  matches: (recipient: Recipient) => boolean,
  stopAt: number,
): ConversationRecord | undefined {
  const { status, recipients, confirmed = 0 } = record;
  if (status !== "running") return undefined;
  const left = recipients?.filter(
    (recipient) => !matches(recipient) || recipient.kept || recipient.generation <= confirmed,
  );
  if (left?.length === recipients?.length) return undefined;
  return {
    ...record,
    recipients: left,
    scheduledStop: left?.length ? undefined : { at: stopAt, reason: "undelivered" },
  };
}

export interface PageHideRequest extends Target {
  /** The page's generation. Default: the latest. */
  readonly generation?: number | undefined;
  readonly graceMs: number;
}

/** Row `pageHide`: the page closes or reloads. The stop waits `graceMs` for a page that comes back. */
export const pageHide = (state: ConsumerState, request: PageHideRequest, now: number): Decision<TargetOutcome> =>
  changeRunning(state, request, now, (record, draft) => {
    const { generation = state.generation, graceMs } = request;
    if (generation > state.generation) return found(record, false);
    const recipients = record.recipients?.filter((recipient) => recipient.generation > generation);
    const left = Math.max(record.left ?? 0, generation);
    const isScheduled = !recipients?.length && record.scheduledStop === undefined;
    const scheduledStop = isScheduled ? ({ at: now + graceMs, reason: "page-closed" } as const) : record.scheduledStop;
    return found(draft.put({ ...record, recipients, left, scheduledStop }), isScheduled);
  });

export interface HeartbeatRequest extends Target {
  readonly generation?: number | undefined;
  readonly heartbeatTimeoutMs: number;
}

/** Row `heartbeat`. The outcome is `changed` if no consumer was known to be in the conversation before. */
export const heartbeat = (state: ConsumerState, request: HeartbeatRequest, now: number): Decision<TargetOutcome> =>
  changeRunning(state, request, now, (record, draft) => {
    const { generation = 0, heartbeatTimeoutMs } = request;
    // A newer page still has until the join deadline for its first heartbeat: an older page's must not shorten that.
    const heartbeatBy = Math.max(now + heartbeatTimeoutMs, record.heartbeatBy ?? 0, record.joinBy ?? 0);
    const alive: ConversationRecord = { ...record, joined: true, heartbeatBy };
    const isCurrent = generation > (record.left ?? 0) && generation <= state.generation;
    return found(draft.put(isCurrent ? confirmedBy(alive, generation, now) : alive), !record.joined);
  });

/** Row "… with `g` > `left`". */
function confirmedBy(record: ConversationRecord, generation: number, now: number): ConversationRecord {
  const { recipients = [] } = record;
  const confirmed = Math.max(record.confirmed ?? 0, generation);
  const own = recipients.find((recipient) => recipient.generation === generation);
  // A response that was reported as lost has arrived after all, or the conversation was imported.
  const sender = own ?? { generation, caller: "", since: now, sendsHeartbeats: true };
  const newer = recipients.filter((recipient) => {
    const isOverdue = recipient.sendsHeartbeats && recipient.since + FIRST_HEARTBEAT_MS < now;
    return recipient.generation > generation && (!isOverdue || recipient.generation <= confirmed);
  });
  return { ...record, scheduledStop: undefined, confirmed, recipients: bounded([sender, ...newer]) };
}

/** Returns whether each page that may have the conversation has promised heartbeats. Silence then means that none has joined. */
export const promisedHeartbeats = ({ recipients = [] }: ConversationRecord): boolean =>
  recipients.length > 0 && recipients.every(({ sendsHeartbeats }) => sendsHeartbeats);
