import { type Draft, endRecord, makeUnknown, stopRecord, takeWork, toDecision } from "./draft.js";
import {
  type ConsumerState,
  type ConversationRecord,
  type ConversationStatus,
  type EndReason,
  KEEP_ENDED_MS,
  SURELY_OVER_MS,
} from "./state.js";

/** Equos ends a conversation at `endsAt` by itself. The broker stops it this long after, in ms. */
const MAX_DURATION_GRACE_MS = 2_000;
/** A state with live conversations, or with ends that are not announced, is kept this long after they must be over. */
const KEEP_LIVE_MS = 7 * 86_400_000;

/** What the sweep has to do upstream. The record is busy until its lease ends. */
export interface Work {
  /** `stop` at Equos; `search` for an unknown start; `check-join`: ask Equos; `announce` the end to `onEvent`. */
  readonly kind: "stop" | "search" | "check-join" | "announce";
  readonly record: ConversationRecord;
}

/**
 * Applies every deadline that has passed, and returns what the sweep has to do. A lease (`busyUntil`) delays work only: no
 * deadline waits for it.
 *
 * | status | deadline | effect |
 * |---|---|---|
 * | `reserved` | `reservedUntil` | `unknown`: its server is gone |
 * | `reserved`, still with `replaces` | `reservedUntil` | `ended` (`not-started`): it was not sent |
 * | `running` | scheduled stop / heartbeat / `endsAt` plus 2 s | `stopping` (`page-closed`, `undelivered` / `heartbeat-timeout` / `max-duration`) |
 * | `running`, not joined | join | work `check-join` |
 * | `stopping` | `endsAt` plus 60 s | `ended`, without confirmation |
 * | `stopping` | retry | work `stop` |
 * | `unknown` | `reservedUntil` plus `maxSeconds` | `ended` (`never-found`) |
 * | `unknown` | retry | work `search` |
 * | `ended`, not announced | retry | work `announce` |
 *
 * @param leaseMs how long the caller has for each piece of work
 */
export const due = toDecision((draft, leaseMs: number): readonly Work[] => {
  const work: Work[] = [];
  for (const record of draft.state.records) {
    const deadline = listDeadlines(record).find(([at]) => at <= draft.now);
    const current = deadline === undefined ? record : expire(draft, record, deadline[1]);
    const kind = workAt(current) <= draft.now ? WORK[current.status] : undefined;
    if (kind !== undefined) work.push({ kind, record: takeWork(draft, current, leaseMs) });
  }
  return work;
});

/** Returns the deadlines that change a record's status, with the reason. The first one that has passed counts. */
function listDeadlines(record: ConversationRecord): readonly (readonly [at: number, reason: EndReason | "unknown"])[] {
  const { status, replaces, reservedUntil, scheduledStop, heartbeatBy = never, endsAt = latestEnd(record) } = record;
  switch (status) {
    case "reserved":
      // With `replaces` it was not sent: its former conversations were not requested to stop.
      return [[reservedUntil, replaces === undefined ? "unknown" : "not-started"]];
    case "running":
      return [
        [scheduledStop?.at ?? never, scheduledStop?.reason ?? "page-closed"],
        [endsAt + MAX_DURATION_GRACE_MS, "max-duration"],
        [heartbeatBy, "heartbeat-timeout"],
      ];
    case "stopping":
      return [[endsAt + SURELY_OVER_MS, "server"]];
    case "unknown":
      return [[latestEnd(record), "never-found"]];
    default:
      return [];
  }
}

/** Applies a deadline that has passed. */
function expire(draft: Draft, record: ConversationRecord, reason: EndReason | "unknown"): ConversationRecord {
  if (reason === "unknown") return makeUnknown(draft, record, record.reservedUntil);
  return record.status === "running"
    ? stopRecord(draft, record, reason)
    : endRecord(draft, record, { reason, endedAt: record.endsAt });
}

/** The work on a record in each status. */
const WORK: Readonly<Partial<Record<ConversationStatus, Work["kind"]>>> = {
  running: "check-join",
  stopping: "stop",
  unknown: "search",
  ended: "announce",
};

/** Returns when the work of a record is due: not before a retry, and not while a server has it. */
function workAt(record: ConversationRecord): number {
  const { status, joined, announcedAt, joinBy = 0, endedAt = 0, retryAt = 0, busyUntil = 0 } = record;
  const isDone = status === "reserved" || joined || announcedAt !== undefined;
  return isDone ? never : Math.max(joinBy, endedAt, retryAt, busyUntil);
}

/** Returns when `due` has something to do for this state; `undefined`: never. */
export function nextDueAt({ records }: ConsumerState): number | undefined {
  let earliest = never;
  for (const record of records) {
    earliest = Math.min(earliest, workAt(record));
    for (const [at] of listDeadlines(record)) earliest = Math.min(earliest, at);
  }
  return earliest === never ? undefined : earliest;
}

/** Returns when the store may forget a state. It is housekeeping: no rule depends on it. Cooldowns are over by then. */
export function expiresAt({ records, usage }: ConsumerState, now: number): number {
  let latest = now + KEEP_ENDED_MS;
  for (const window of usage) latest = Math.max(latest, window.expiresAt);
  for (const record of records) {
    if (record.announcedAt !== undefined) continue;
    latest = Math.max(latest, Math.max(now, record.endsAt ?? 0, latestEnd(record)) + KEEP_LIVE_MS);
  }
  return latest;
}

/** Nothing of a start can run after this. */
const latestEnd = ({ reservedUntil, maxSeconds }: ConversationRecord): number => reservedUntil + maxSeconds * 1000;

const never = Number.POSITIVE_INFINITY;
