import { countUsage, type Draft, nextGeneration, putRecord, toDecision } from "./draft.js";
import { handOut } from "./presence.js";
import { charge, type Quota, type QuotaReading, readQuotas } from "./quotas.js";
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
import { findRecord } from "./target.js";

/** Ends that are followed by a cooldown. */
const COOLS_DOWN: ReadonlySet<EndReason | undefined> = new Set<EndReason>([
  "owner",
  "server",
  "shutdown",
  "replaced",
  "max-duration",
  "upstream",
]);
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
export const reserve = (
  state: ConsumerState,
  request: ReserveRequest,
  now: number,
  counters: ReadonlyMap<string, number> = new Map(),
): Decision<ReserveOutcome> => toDecision((draft) => answer(draft, request, counters))(state, undefined, now);

function answer(draft: Draft, request: ReserveRequest, counters: ReadonlyMap<string, number>): ReserveOutcome {
  const { state, now } = draft;
  const { records } = state;
  const { fingerprint, route, onConflict, active, quotas } = request;

  const own = findRecord(state, request.reservation);
  if (own !== undefined) {
    const { status, maxSeconds, replaces = [] } = own;
    if (status !== "reserved") return { outcome: "reservation-used" };
    return { outcome: "reserved", maxSeconds, replaces, readings: readQuotas(state, quotas, now) };
  }

  const same = records.filter((record) => record.fingerprint === fingerprint);
  const doubtful = same.filter((record) => record.status === "reserved" || isHeld(record));
  if (doubtful.length > 0) return waitFor(doubtful, now);

  const running = same.findLast(isRunning);
  const isPastEnd = running !== undefined && isOver(running, now);
  if (route === "token" && (running === undefined || isPastEnd)) {
    const ends = same.map(({ reason, stoppedAt = 0 }) => (COOLS_DOWN.has(reason) ? stoppedAt : 0));
    const retryAfterMs = Math.max(running?.endsAt ?? 0, ...ends) + COOLDOWN_MS - now;
    if (isPastEnd || retryAfterMs > 0) return { outcome: "cooldown", retryAfterMs: Math.max(retryAfterMs, 1000) };
  }

  const replaces: Replacement[] = [];
  if (running !== undefined) {
    const { reservation } = running;
    const policy = request.forceNew ? "replace" : onConflict.same;
    const unusable = request.unusable?.[reservation];
    let reason: EndReason = "replaced";
    if (request.waitedFor === reservation && unusable === undefined) return resume(draft, running, request);
    if (isPastEnd) reason = "max-duration";
    else if (unusable !== undefined) reason = unusable;
    else if (policy === "resume") return resume(draft, running, request);
    else if (policy === "reject") return refuse(draft, running);
    replaces.push({ reservation, reason });
  }

  const others = records.filter((record) => isActive(record) && record !== running);
  const inTheWay = others.find(isRunning) ?? others[0];
  if (inTheWay !== undefined && others.length >= active && onConflict.different === "reject") {
    return refuse(draft, inTheWay);
  }
  while (others.length >= active) {
    const index = others.findIndex(isRunning);
    const oldest = others[index];
    if (oldest === undefined) return waitFor(others, now);
    others.splice(index, 1);
    replaces.push({ reservation: oldest.reservation, reason: isOver(oldest, now) ? "max-duration" : "replaced" });
  }
  // An unknown start that blocks nothing any more may still run: the state has a limit for them too.
  const unsettled = records.filter((record) => isActive(record) || record.status === "unknown");
  if (unsettled.length - replaces.length >= MAX_ACTIVE) return waitFor(unsettled, now);

  return reserveWithinLimits(draft, request, replaces, counters);
}

/** Rows 13 and 14. */
function reserveWithinLimits(
  draft: Draft,
  request: ReserveRequest,
  replaces: readonly Replacement[],
  counters: ReadonlyMap<string, number>,
): ReserveOutcome {
  const { state, now } = draft;
  const { reservation, quotas, sets } = request;
  const charged = charge(state, request, counters, now);
  if ("by" in charged) return { outcome: "limited", ...charged, readings: readQuotas(state, quotas, now) };
  const { maxSeconds, charges } = charged;
  const reservedUntil = now + request.reservedForMs;
  // Covers every later state, so that no transition has to prolong it.
  const until = reservedUntil + maxSeconds * 1000 + SURELY_OVER_MS;
  const ignoring = replaces.map((replacement) => replacement.reservation);
  putRecord(draft, {
    reservation,
    status: "reserved",
    fingerprint: request.fingerprint,
    maxSeconds,
    reservedAt: now,
    reservedUntil,
    replaces: replaces.length === 0 ? undefined : replaces,
    charges: charges.length === 0 ? undefined : charges,
    memberOf: sets.length === 0 ? undefined : sets.map(({ set }) => set),
    sendsHeartbeats: request.sendsHeartbeats || undefined,
  });
  for (const [index, item] of charges.entries()) countUsage(draft, item, item.amount, quotas[index]?.limit);
  draft.change.start = true;
  draft.change.setSealed = { [reservation]: request.sealed };
  if (sets.length > 0)
    draft.change.members = sets.map(({ set, limit }) => ({ set, id: reservation, until, bound: limit, ignoring }));
  return { outcome: "reserved", maxSeconds, replaces, readings: readQuotas(state, quotas, now) };
}

/** Rows 5 and 8: a hand-out of the running conversation. */
function resume(draft: Draft, running: ConversationRecord, request: ReserveRequest): ReserveOutcome {
  const generation = nextGeneration(draft);
  const { record, check } = noteCheck(draft, running);
  return { outcome: "resumed", record: handOut(draft, record, generation, request), generation, check };
}

/** Rows 9 and 11. If Equos says that the conversation is over, the caller ends it and asks again. */
const refuse = (draft: Draft, record: ConversationRecord): ReserveOutcome => ({
  outcome: "conflict",
  ...noteCheck(draft, record),
});

/** Returns whether this caller checks at Equos that a record still runs, and notes that it does. */
function noteCheck(draft: Draft, record: ConversationRecord) {
  const { startedAt = 0, checkedAt = startedAt } = record;
  const check = isRunning(record) && checkedAt + CHECK_EVERY_MS <= draft.now;
  return { record: check ? putRecord(draft, record, { checkedAt: draft.now }) : record, check };
}

/** Rows 2, 3, and 12: the caller waits for a start that is under way, or else for the first end of a hold. */
function waitFor(records: readonly ConversationRecord[], now: number): ReserveOutcome {
  const reserved = records.find(({ status }) => status === "reserved");
  if (reserved !== undefined) return { outcome: "pending", reservation: reserved.reservation };
  const ends = records.map(({ findableAt = 0, missedAt = now }) => Math.max(findableAt, missedAt + SEARCHES_APART_MS));
  return { outcome: "in-doubt", retryAfterMs: Math.max(1000, Math.min(...ends) - now) };
}

const isHeld = ({ status, held }: ConversationRecord): boolean => status === "unknown" && held === true;

const isRunning = ({ status }: ConversationRecord): boolean => status === "running";

/** Returns whether a record counts against `active`. */
export const isActive = (record: ConversationRecord): boolean =>
  record.status === "reserved" || isRunning(record) || isHeld(record);

const isOver = ({ endsAt = Number.POSITIVE_INFINITY }: ConversationRecord, now: number): boolean => endsAt <= now;
