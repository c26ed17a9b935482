import type { MemberChange } from "../store/store.js";
import { Draft } from "./draft.js";
import { handOut } from "./presence.js";
import { charge, type Quota, type QuotaReading, readings } from "./quotas.js";
import {
  COOLDOWN_MS,
  type ConsumerState,
  type ConversationRecord,
  type Decision,
  type EndReason,
  MAX_ACTIVE,
  type Replacement,
  SURELY_OVER_MS,
} from "./state.js";

/** Equos is asked at most this often whether a conversation that is resumed still runs, in ms. */
const CHECK_EVERY_MS = 5_000;
/** Two searches that miss an unknown start are at least this far apart, in ms. */
export const SEARCHES_APART_MS = 10_000;

/** What a start asks for. The same however often it asks. */
export interface ReserveRequest {
  /** `<consumer key>.<random>`: the caller's own id. */
  readonly reservation: string;
  readonly fingerprint: string;
  /** Opaque text of the service: whose conversation it is, and how to find it at Equos. */
  readonly sealed: string;
  /** LiveKit clients fetch tokens by themselves, so on the `token` route an end is not followed by a start at once. */
  readonly route: "start" | "token";
  readonly forceNew: boolean;
  readonly onConflict: { readonly same: "resume" | "reject" | "replace"; readonly different: "replace" | "reject" };
  /** The reservation that this caller has waited for. */
  readonly waitedFor?: string | undefined;
  /** Running conversations whose payload cannot be handed out, by reservation. */
  readonly unusable?: Readonly<Record<string, "token-expired" | "corrupt-record">> | undefined;
  readonly maxSeconds: number;
  /** `perConsumer.active`: 1 to 20. */
  readonly active: number;
  readonly quotas: readonly Quota[];
  /** Sets that consumers share, such as all active conversations, with the limit of each. */
  readonly sets: readonly { readonly set: string; readonly limit?: number | undefined }[];
  readonly sendsHeartbeats: boolean;
  readonly joinTimeoutMs: number;
  /** How long this start can be under way: send window, late response, hooks, and 1 s. */
  readonly reservedForMs: number;
}

export type ReserveOutcome =
  | {
      readonly outcome: "reserved";
      /** What was asked for, or what the quotas have left. */
      readonly maxSeconds: number;
      /** Stopped after the team's hook has agreed. */
      readonly replaces: readonly Replacement[];
      readonly readings: readonly QuotaReading[];
    }
  | {
      readonly outcome: "resumed";
      readonly record: ConversationRecord;
      readonly generation: number;
      /** This caller asks Equos whether the conversation still runs. */
      readonly check: boolean;
    }
  /** Another start of the consumer is under way: wait and ask again. */
  | { readonly outcome: "pending"; readonly reservation: string }
  | { readonly outcome: "in-doubt"; readonly retryAfterMs: number }
  | { readonly outcome: "cooldown"; readonly retryAfterMs: number }
  | { readonly outcome: "conflict"; readonly record: ConversationRecord; readonly check: boolean }
  /** `by`: name of a quota or of a shared set. `retryAfterMs`: the end of the window; 0 for a set. */
  | {
      readonly outcome: "limited";
      readonly by: string;
      readonly retryAfterMs: number;
      readonly readings: readonly QuotaReading[];
    }
  | { readonly outcome: "reservation-used" };

/**
 * Decides about a start. The rows are tried in order. "Same" means the same fingerprint. "Replace" notes the record for
 * `replaces`; no outcome but `reserved` changes anything besides the generation of a resume and the time of a check.
 *
 * | | the consumer has | request says | outcome |
 * |---|---|---|---|
 * | 1 | this very reservation, still `reserved` / in another state | – | `reserved` / `reservation-used` |
 * | 2 | same, `reserved` | – | `pending` |
 * | 3 | same, `unknown` and held | – | `in-doubt` |
 * | 4 | same cooling down and none `running`, or `running` past its end | the `token` route | `cooldown` |
 * | 5 | same, `running`, payload usable, and the caller has waited for it | – | `resumed` |
 * | 6 | same, `running`, past its end | – | replace (`max-duration`), next row |
 * | 7 | same, `running`, payload unusable | – | replace (`token-expired`, `corrupt-record`), next row |
 * | 8 | same, `running` | `onConflict.same` is `resume`, not `forceNew` | `resumed` |
 * | 9 | same, `running` | `reject` | `conflict` |
 * | 10 | same, `running` | `replace`, or `forceNew` | replace (`replaced`), next row |
 * | 11 | `active` or more others (`reserved`, `running`, held `unknown`) | `onConflict.different` is `reject` | `conflict` |
 * | 12 | `active` or more others | `replace` | replace the oldest running ones until fewer than `active` remain; if none is left: `pending` or `in-doubt` |
 * | 13 | a quota of the consumer, or a shared one as far as known, is used up | – | `limited` |
 * | 14 | anything else | – | `reserved`; a `seconds` quota shortens `maxSeconds`, not below 30 |
 *
 * @param counters values of shared counters and sets that the store has reported as `limit-reached`
 */
export function reserve(
  state: ConsumerState,
  request: ReserveRequest,
  now: number,
  counters: ReadonlyMap<string, number> = new Map(),
): Decision<ReserveOutcome> {
  const { records } = state;
  const { fingerprint, route, onConflict, forceNew } = request;

  const own = records.find(({ reservation }) => reservation === request.reservation);
  if (own !== undefined) return { outcome: own.status === "reserved" ? reservedAgain(state, own, request, now) : USED };

  const same = records.filter((record) => record.fingerprint === fingerprint);
  const started = same.find(({ status }) => status === "reserved");
  if (started !== undefined) return { outcome: pending(started) };
  const doubtful = same.find(isHeld);
  if (doubtful !== undefined) return { outcome: inDoubt(doubtful, now) };

  const running = same.findLast(({ status }) => status === "running");
  const isPastEnd = running !== undefined && isOver(running, now);
  if (route === "token") {
    const since = isPastEnd
      ? running.endsAt
      : Object.hasOwn(state.cooldowns, fingerprint) && state.cooldowns[fingerprint];
    const cooldown = typeof since === "number" ? since + COOLDOWN_MS - now : 0;
    const isCooling = running === undefined && cooldown > 0;
    if (isPastEnd || isCooling) return { outcome: { outcome: "cooldown", retryAfterMs: Math.max(cooldown, 1000) } };
  }

  const replaces: Replacement[] = [];
  if (running !== undefined) {
    const { reservation } = running;
    const unusable = request.unusable?.[reservation];
    if (request.waitedFor === reservation && unusable === undefined) return resumed(state, running, request, now);
    if (isPastEnd) replaces.push({ reservation, reason: "max-duration" });
    else if (unusable !== undefined) replaces.push({ reservation, reason: unusable });
    else if (onConflict.same === "resume" && !forceNew) return resumed(state, running, request, now);
    else if (onConflict.same === "reject" && !forceNew) return conflict(state, running, now);
    else replaces.push({ reservation, reason: "replaced" });
  }

  const others = records.filter((record) => isActive(record) && record !== running);
  if (others.length >= request.active && onConflict.different === "reject") {
    const inTheWay = others.find(({ status }) => status === "running") ?? others[0];
    if (inTheWay !== undefined) return conflict(state, inTheWay, now);
  }
  const left = [...others];
  while (left.length >= request.active) {
    const oldest = left.find(({ status }) => status === "running");
    if (oldest === undefined) return { outcome: waitFor(left, now) };
    left.splice(left.indexOf(oldest), 1);
    const reason: EndReason = isOver(oldest, now) ? "max-duration" : "replaced";
    replaces.push({ reservation: oldest.reservation, reason });
  }
  // An unknown start that blocks nothing any more may still run: the state has a limit for them too.
  const unsettled = records.filter(
    ({ status }) => status === "reserved" || status === "running" || status === "unknown",
  );
  if (unsettled.length - replaces.length >= MAX_ACTIVE) return { outcome: waitFor(unsettled, now) };

  return withinLimits(state, request, replaces, counters, now);
}

const USED = { outcome: "reservation-used" } as const;

/** Rows 13 and 14. */
function withinLimits(
  state: ConsumerState,
  request: ReserveRequest,
  replaces: readonly Replacement[],
  counters: ReadonlyMap<string, number>,
  now: number,
): Decision<ReserveOutcome> {
  const { reservation, quotas, sets } = request;
  const full = sets.find(({ set, limit }) => limit !== undefined && (counters.get(set) ?? 0) >= limit);
  const charged = charge(state, quotas, request.maxSeconds, counters, now);
  if (!charged.fits || full !== undefined) {
    const { by, retryAfterMs } = charged.fits ? { by: full?.set ?? "", retryAfterMs: 0 } : charged;
    return { outcome: { outcome: "limited", by, retryAfterMs, readings: readings(state, quotas, now) } };
  }
  const { maxSeconds, charges } = charged;
  const reservedUntil = now + request.reservedForMs;
  // Covers every later state, so that no transition has to prolong it.
  const until = reservedUntil + maxSeconds * 1000 + SURELY_OVER_MS;
  const ignoring = replaces.map((replacement) => replacement.reservation);
  const members: MemberChange[] = sets.map(({ set, limit }) => ({
    set,
    id: reservation,
    until,
    bound: limit,
    ignoring,
  }));
  const record: ConversationRecord = {
    reservation,
    status: "reserved",
    fingerprint: request.fingerprint,
    maxSeconds,
    reservedAt: now,
    reservedUntil,
    replaces: replaces.length === 0 ? undefined : replaces,
    charges: charges.length === 0 ? undefined : charges.map(({ bound: _, ...rest }) => rest),
    memberOf: sets.length === 0 ? undefined : sets.map(({ set }) => set),
    sendsHeartbeats: request.sendsHeartbeats ? true : undefined,
  };
  const draft = new Draft(state, now);
  draft.reserve(record, charges, members, request.sealed);
  const { change } = draft.decide(undefined);
  const left = readings(change?.state ?? state, quotas, now);
  return { outcome: { outcome: "reserved", maxSeconds, replaces, readings: left }, change };
}

/** Row 1: the same answer again. */
function reservedAgain(
  state: ConsumerState,
  { maxSeconds, replaces = [] }: ConversationRecord,
  { quotas }: ReserveRequest,
  now: number,
): ReserveOutcome {
  return { outcome: "reserved", maxSeconds, replaces, readings: readings(state, quotas, now) };
}

/** Rows 5 and 8: a hand-out of the running conversation. */
function resumed(
  state: ConsumerState,
  record: ConversationRecord,
  { reservation, sendsHeartbeats, joinTimeoutMs }: ReserveRequest,
  now: number,
): Decision<ReserveOutcome> {
  const draft = new Draft(state, now);
  const generation = draft.nextGeneration();
  const check = isCheckDue(record, now);
  const next = handOut(record, generation, now, { caller: reservation, sendsHeartbeats, joinTimeoutMs });
  draft.put(check ? { ...next, checkedAt: now } : next);
  return draft.decide({ outcome: "resumed", record: next, generation, check });
}

/** Rows 9 and 11. If Equos says that the conversation is over, the caller ends it and asks again. */
function conflict(state: ConsumerState, record: ConversationRecord, now: number): Decision<ReserveOutcome> {
  const check = isCheckDue(record, now);
  const outcome = { outcome: "conflict", record, check } as const;
  if (!check) return { outcome };
  const draft = new Draft(state, now);
  draft.put({ ...record, checkedAt: now });
  return draft.decide(outcome);
}

/** Row 12, with nothing that could be replaced. */
function waitFor(records: readonly ConversationRecord[], now: number): ReserveOutcome {
  const reserved = records.find(({ status }) => status === "reserved");
  if (reserved !== undefined) return pending(reserved);
  const waits = records.map((record) => inDoubt(record, now).retryAfterMs);
  return { outcome: "in-doubt", retryAfterMs: Math.min(...waits) };
}

const pending = ({ reservation }: ConversationRecord) => ({ outcome: "pending", reservation }) as const;

/** The earliest time at which a search can release an unknown start. */
function inDoubt({ findableAt = 0, missedAt }: ConversationRecord, now: number) {
  const secondSearchAt = Math.max(findableAt, (missedAt ?? now) + SEARCHES_APART_MS);
  return { outcome: "in-doubt", retryAfterMs: Math.max(1000, secondSearchAt - now) } as const;
}

const isHeld = ({ status, held }: ConversationRecord): boolean => status === "unknown" && held === true;

/** Counts against `active`. */
export const isActive = (record: ConversationRecord): boolean =>
  record.status === "reserved" || record.status === "running" || isHeld(record);

const isOver = ({ endsAt = Number.POSITIVE_INFINITY }: ConversationRecord, now: number): boolean => endsAt <= now;

const isCheckDue = ({ status, startedAt = 0, checkedAt = startedAt }: ConversationRecord, now: number): boolean =>
  status === "running" && checkedAt + CHECK_EVERY_MS <= now;
