import { Draft } from "./draft.js";
import { type ConsumerState, type ConversationRecord, type Decision, KEEP_ENDED_MS, SURELY_OVER_MS } from "./state.js";
import { unknown } from "./transitions.js";

/** Equos ends a conversation at `endsAt` by itself; so long after it, in ms, the broker makes sure. */
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
export function due(state: ConsumerState, leaseMs: number, now: number): Decision<readonly Work[]> {
  const draft = new Draft(state, now);
  const work: Work[] = [];
  for (const record of state.records) {
    const current = applyDeadlines(draft, record, now);
    const kind = workOf(current);
    if (kind === undefined || workAt(current) > now) continue;
    const attempts = (current.attempts ?? 0) + 1;
    work.push({ kind, record: draft.put({ ...current, attempts, busyUntil: now + leaseMs, retryAt: undefined }) });
  }
  const isUnchanged = state.records.every((record, index) => draft.records[index] === record);
  return isUnchanged ? { outcome: work } : draft.decide(work);
}

function applyDeadlines(draft: Draft, record: ConversationRecord, now: number): ConversationRecord {
  switch (record.status) {
    case "reserved":
      if (record.reservedUntil > now) return record;
      // Its former conversations were not requested to stop, so it was not sent.
      if (record.replaces !== undefined) return draft.end(record, { reason: "not-started" });
      return draft.put(unknown(record, record.reservedUntil, now));
    case "running": {
      const { scheduledStop, heartbeatBy = Number.POSITIVE_INFINITY } = record;
      if (scheduledStop !== undefined && scheduledStop.at <= now) return handOver(draft, record, scheduledStop.reason);
      if (maxDurationAt(record) <= now) return handOver(draft, record, "max-duration");
      return heartbeatBy > now ? record : handOver(draft, record, "heartbeat-timeout");
    }
    case "stopping":
      if (surelyOverAt(record) > now) return record;
      return draft.end(record, { reason: record.reason ?? "server", endedAt: record.endsAt });
    case "unknown":
      return neverFoundAt(record) > now ? record : draft.end(record, { reason: "never-found" });
    default:
      return record;
  }
}

/** To `stopping`, with the stop as work for the caller. */
function handOver(draft: Draft, record: ConversationRecord, reason: Parameters<Draft["stop"]>[1]): ConversationRecord {
  return draft.put({ ...draft.stop(record, reason, 0), busyUntil: undefined, attempts: undefined });
}

/** Returns when `due` has something to do for this state; `undefined`: never. */
export function nextDueAt({ records }: ConsumerState): number | undefined {
  const earliest = Math.min(...records.map(recordDueAt));
  return earliest === Number.POSITIVE_INFINITY ? undefined : earliest;
}

function recordDueAt(record: ConversationRecord): number {
  const work = workOf(record) === undefined ? Number.POSITIVE_INFINITY : workAt(record);
  switch (record.status) {
    case "reserved":
      return record.reservedUntil;
    case "running": {
      const { scheduledStop, heartbeatBy = Number.POSITIVE_INFINITY } = record;
      return Math.min(work, scheduledStop?.at ?? Number.POSITIVE_INFINITY, heartbeatBy, maxDurationAt(record));
    }
    case "stopping":
      return Math.min(work, surelyOverAt(record));
    case "unknown":
      return Math.min(work, neverFoundAt(record));
    default:
      return work;
  }
}

function workOf({ status, joined, joinBy, announcedAt }: ConversationRecord): Work["kind"] | undefined {
  if (status === "stopping") return "stop";
  if (status === "unknown") return "search";
  if (status === "running") return joined || joinBy === undefined ? undefined : "check-join";
  return status === "ended" && announcedAt === undefined ? "announce" : undefined;
}

/** When the work of a record is due: not before a retry, and not while a server has it. */
function workAt({ status, joinBy = 0, endedAt = 0, retryAt = 0, busyUntil = 0 }: ConversationRecord): number {
  return Math.max(status === "running" ? joinBy : endedAt, retryAt, busyUntil);
}

const maxDurationAt = ({ endsAt = Number.POSITIVE_INFINITY }: ConversationRecord) => endsAt + MAX_DURATION_GRACE_MS;
const surelyOverAt = ({ endsAt, ...record }: ConversationRecord) => (endsAt ?? latestEnd(record)) + SURELY_OVER_MS;
const neverFoundAt = (record: ConversationRecord) => latestEnd(record);

/** Nothing of a start can run after this. */
const latestEnd = ({ reservedUntil, maxSeconds }: Pick<ConversationRecord, "reservedUntil" | "maxSeconds">) =>
  reservedUntil + maxSeconds * 1000;

/** Returns when the store may forget a state. It is housekeeping: no rule depends on it. Cooldowns are over by then. */
export function expiresAt({ records, usage }: ConsumerState, now: number): number {
  const open = records.filter(({ announcedAt }) => announcedAt === undefined);
  const ends = open.map((record) => Math.max(record.endsAt ?? 0, latestEnd(record), now) + KEEP_LIVE_MS);
  const windows = usage.map((window) => window.expiresAt);
  return Math.max(now + KEEP_ENDED_MS, ...ends, ...windows);
}
