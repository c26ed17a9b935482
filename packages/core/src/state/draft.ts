import { readUsed } from "./quotas.js";
import {
  type Change,
  type Charge,
  COOLDOWN_MS,
  type ConsumerState,
  type ConversationRecord,
  type ConversationStatus,
  type Decision,
  type EndReason,
  KEEP_ENDED_MS,
  MAX_ENDED,
  type Writable,
} from "./state.js";

/** What one decision changes so far. */
export interface Draft {
  readonly now: number;
  /** The next state. Its lists are replaced, never changed. */
  readonly state: Writable<ConsumerState>;
  /** What has to be written, with the next state. */
  readonly change: Writable<Change>;
}

/** Makes a function that decides about a state. The rule works on a draft; without a changed record there is no change. */
export const toDecision =
  <R, T>(rule: (draft: Draft, request: R) => T) =>
  (before: ConsumerState, request: R, now: number): Decision<T> => {
    const state = { ...before };
    const draft: Draft = { now, state, change: { state } };
    const outcome = rule(draft, request);
    if (state.records === before.records) return { outcome };
    forgetOld(draft);
    return { outcome, change: draft.change };
  };

function forgetOld({ now, state, change }: Draft): void {
  state.usage = state.usage.filter(({ expiresAt }) => expiresAt > now);
  const ended = state.records.filter(({ announcedAt }) => announcedAt !== undefined);
  if (ended.length === 0) return;
  // Above the limit, starts that were not sent go first, then the earliest ends. One that cools down stays.
  ended.sort((first, second) => rank(first) - rank(second));
  const old = ended.filter(
    ({ announcedAt = 0, stoppedAt = 0 }, index) =>
      announcedAt + KEEP_ENDED_MS <= now || (index < ended.length - MAX_ENDED && stoppedAt + COOLDOWN_MS <= now),
  );
  if (old.length === 0) return;
  state.records = state.records.filter((record) => !old.includes(record));
  const aliases = old.flatMap(({ conversation, token }) => [conversation, token]);
  change.deleteAliases = aliases.filter((alias) => alias !== undefined);
}

const rank = ({ reason, announcedAt = 0 }: ConversationRecord): number => (reason === "not-started" ? 0 : announcedAt);

/** Adds a record with changed fields, or replaces the one with the same reservation. */
export function putRecord(
  { state }: Draft,
  record: ConversationRecord,
  ...changes: readonly Partial<ConversationRecord>[]
): ConversationRecord {
  // V8 takes ten times as long for a spread that is followed by new fields.
  const next: ConversationRecord = Object.assign({}, record, ...changes);
  const records = [...state.records];
  const index = records.findIndex(({ reservation }) => reservation === next.reservation);
  records[index < 0 ? records.length : index] = next;
  state.records = records;
  return next;
}

/** Takes the next generation. */
export function nextGeneration({ state, now }: Draft): number {
  state.generation = Math.max(state.generation + 1, now);
  return state.generation;
}

/** Gives a record's work to the caller, for `leaseMs`. Then the sweep takes it. */
export function takeWork(draft: Draft, record: ConversationRecord, leaseMs: number): ConversationRecord {
  const attempts = (record.attempts ?? 0) + 1;
  return putRecord(draft, record, { attempts, busyUntil: draft.now + leaseMs, retryAt: undefined });
}

/** Moves a record to `stopping`. */
export function stopRecord(draft: Draft, record: ConversationRecord, reason: EndReason): ConversationRecord {
  const stoppedAt = reason === "max-duration" ? record.endsAt : draft.now;
  return putRecord(draft, settle(record, "stopping"), { reason, stoppedAt });
}

/** Moves a reserved record to `unknown`. One that is unknown keeps what its searches have found out. */
export function makeUnknown(draft: Draft, record: ConversationRecord, findableAt: number): ConversationRecord {
  return putRecord(draft, settle(record, "unknown"), {
    held: record.status === "unknown" ? record.held : true,
    missedAt: record.missedAt,
    findableAt: Math.min(findableAt, record.findableAt ?? findableAt),
    retryAt: draft.now,
  });
}

/** How a conversation ended. */
export interface End {
  readonly reason: EndReason;
  /** What Equos says that it has run. Default: from `startedAt` to the end. */
  readonly seconds?: number | undefined;
  /** Default: now. */
  readonly endedAt?: number | undefined;
}

/** Moves a record to `ended`, gives back what it has not used, and leaves its end to be announced. */
export function endRecord(
  draft: Draft,
  record: ConversationRecord,
  { reason, seconds, endedAt = draft.now }: End,
): ConversationRecord {
  const elapsed = Math.ceil((endedAt - (record.startedAt ?? record.reservedAt)) / 1000);
  const billed = seconds ?? Math.min(Math.max(elapsed, 0), record.maxSeconds);
  const ran = record.conversation === undefined ? 0 : billed;
  for (const charge of record.charges ?? []) {
    const used = charge.unit === "seconds" ? Math.min(ran, charge.amount) : reason === "not-started" ? 0 : 1;
    countUsage(draft, charge, used - charge.amount);
  }
  leaveSets(draft, record);
  const ended = putRecord(draft, settle(record, "ended"), {
    charges: undefined,
    memberOf: undefined,
    reason: record.reason ?? reason,
    stoppedAt: record.status === "running" ? endedAt : record.stoppedAt,
    endedAt,
    seconds: ran,
  });
  // Nothing was started, so no event has to be delivered.
  return reason === "not-started" ? markAnnounced(draft, ended) : ended;
}

/** Notes that the end of a record was announced. Its sealed text is not needed any more. */
export function markAnnounced(draft: Draft, record: ConversationRecord): ConversationRecord {
  draft.change.deleteSealed = append(draft.change.deleteSealed, record.reservation);
  return putRecord(draft, record, { announcedAt: draft.now });
}

/** Gives up the places in shared sets, and keeps the charges. */
export function leaveSets({ change }: Draft, { reservation, memberOf = [] }: ConversationRecord): void {
  for (const set of memberOf) change.members = append(change.members, { set, id: reservation, until: 0 });
}

/** Adds to what a window has used; a negative amount gives back. A shared counter may not exceed `bound`. */
export function countUsage({ now, state, change }: Draft, charge: Charge, add: number, bound?: number): void {
  const { scope, key, expiresAt } = charge;
  if (add === 0 || expiresAt <= now) return;
  if (scope === "shared") change.counters = append(change.counters, { key, add, bound, expiresAt });
  else {
    const others = state.usage.filter((window) => window.key !== key);
    state.usage = append(others, { key, used: Math.max(0, readUsed(state, key) + add), expiresAt });
  }
}

const append = <T>(list: readonly T[] = [], item: T): readonly T[] => [...list, item];

/** Returns what a record keeps in its next status. The fields of its page, its search, and its work are dropped. */
export const settle = (record: ConversationRecord, status: ConversationStatus): ConversationRecord => ({
  reservation: record.reservation,
  status,
  fingerprint: record.fingerprint,
  maxSeconds: record.maxSeconds,
  reservedAt: record.reservedAt,
  reservedUntil: record.reservedUntil,
  charges: record.charges,
  memberOf: record.memberOf,
  conversation: record.conversation,
  token: record.token,
  startedAt: record.startedAt,
  endsAt: record.endsAt,
  reason: record.reason,
  stoppedAt: record.stoppedAt,
});
