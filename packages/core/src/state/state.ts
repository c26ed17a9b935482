import type { CounterChange, MemberChange } from "../store/store.js";

/**
 * All conversations of one consumer: the unit of consistency. Immutable. Times are in ms of the store's clock. The functions
 * beside this file take a state and return a decision; none of them reads a clock, does I/O, or changes its arguments.
 */
export interface ConsumerState {
  readonly format: typeof STATE_FORMAT;
  /**
   * The number of the latest client payload that was handed out to this consumer; 0 before the first. The next one is
   * `max(generation + 1, now)`, so generations grow even after the state was lost.
   */
  readonly generation: number;
  /** At most {@link MAX_ACTIVE} live ones and {@link MAX_ENDED} ended ones. */
  readonly records: readonly ConversationRecord[];
  /** By fingerprint: when the end of such a conversation was requested. */
  readonly cooldowns: Readonly<Record<string, number>>;
  /** What the consumer's own quotas have used. Settled by the same version as the conversations. */
  readonly usage: readonly WindowUsage[];
}

/** A newer format cannot be read; see {@link parseState}. */
export const STATE_FORMAT = 1;
/** Highest value of `limits.perConsumer.active`. */
export const MAX_ACTIVE = 20;
/** Ended records that a state keeps, so that a repeated stop gets the same answer. */
export const MAX_ENDED = 16;
/** How long an ended record is kept after its end was announced, in ms. */
export const KEEP_ENDED_MS = 10 * 60_000;
/** How long a start of the same fingerprint is refused on the `token` route after an end was requested, in ms. */
export const COOLDOWN_MS = 10_000;
/** After `endsAt` plus this, in ms, Equos has ended the conversation, so no confirmation is needed. */
export const SURELY_OVER_MS = 60_000;

/**
 * ```
 * reserved ─▶ running ─▶ stopping ─▶ ended
 *    └─▶ unknown ─▶ stopping | ended
 * ```
 *
 * - `reserved`: written before the upstream call.
 * - `unknown`: the call was sent and its outcome is not known.
 * - `stopping`: must not run any longer, and Equos has not confirmed that yet.
 * - `ended`: nothing runs.
 */
export type ConversationStatus = "reserved" | "running" | "unknown" | "stopping" | "ended";

/** Why a conversation ended, or never began. */
export type EndReason =
  | "owner" // the consumer's stop
  | "server" // forceStop
  | "shutdown" // close({ stop: true })
  | "replaced" // the consumer started another one
  | "page-closed" // the page said that it closes, and no page came back
  | "undelivered" // no response with the payload reached its client
  | "join-timeout" // no consumer joined
  | "heartbeat-timeout" // the heartbeats stopped
  | "max-duration" // maxSeconds passed
  | "token-expired" // the LiveKit token can no longer be handed out
  | "corrupt-record" // the sealed text cannot be read
  | "upstream" // Equos ended it
  | "orphan" // found at Equos without a record, and no consumer in it
  | "late-response" // Equos answered after the caller had been told that the outcome is unknown
  | "invalid-response" // Equos answered with something that no client can join
  | "not-started" // nothing was sent, or Equos refused
  | "never-found"; // an unknown start that no search has found

/** A generation that may have reached a page. */
export interface Recipient {
  readonly generation: number;
  /** The reservation id of the caller that it was handed to. */
  readonly caller: string;
  /** When it was handed out. */
  readonly since: number;
  /** The page has promised heartbeats. */
  readonly sendsHeartbeats: boolean;
  /** Two merged recipients: `undelivered` does not remove it. */
  readonly kept?: true | undefined;
}

/** What a reservation was charged, to be given back when it ends. */
export interface Charge {
  readonly unit: "starts" | "seconds";
  /** A window of the consumer's own in `usage`, or a counter that consumers share. */
  readonly scope: "consumer" | "shared";
  readonly key: string;
  readonly amount: number;
  /** End of the window. */
  readonly expiresAt: number;
}

/** One reservation and the conversation that came of it. A field without a value is absent. */
export interface ConversationRecord {
  /** `<consumer key>.<random>`. The upstream name carries it, so it leads from a conversation at Equos to its state. */
  readonly reservation: string;
  readonly status: ConversationStatus;
  /** Keyed hash of character id and input; "" for an imported conversation. */
  readonly fingerprint: string;
  readonly maxSeconds: number;
  readonly reservedAt: number;
  /** From then on nothing of this start can be under way: no call is sent and no late response is awaited. */
  readonly reservedUntil: number;
  /** The former conversations that this start replaces, with the reason of each. Stopped before the upstream call. */
  readonly replaces?: readonly Replacement[] | undefined;
  readonly charges?: readonly Charge[] | undefined;
  /** The shared sets that it is a member of. */
  readonly memberOf?: readonly string[] | undefined;

  /** Equos' id. */
  readonly conversation?: string | undefined;
  /** Keyed hash of the consumer's token. */
  readonly token?: string | undefined;
  readonly startedAt?: number | undefined;
  /** When Equos ends it at the latest. */
  readonly endsAt?: number | undefined;

  /** Only while `running`. Oldest first, at most eight. `undefined`: imported, so the recipients are not known. */
  readonly recipients?: readonly Recipient[] | undefined;
  /** The first generation that was handed out: the one that a stop during the start means. */
  readonly firstGeneration?: number | undefined;
  /** The highest generation that sent a heartbeat; 0 for none. */
  readonly confirmed?: number | undefined;
  /** The highest generation whose page said that it closes; 0 for none. */
  readonly left?: number | undefined;
  /** A stop that only a page that comes back cancels. */
  readonly scheduledStop?: { readonly at: number; readonly reason: "page-closed" | "undelivered" } | undefined;
  readonly joined?: true | undefined;
  /** The page of the first generation has promised heartbeats. */
  readonly sendsHeartbeats?: true | undefined;
  /** When to look whether a consumer has joined. */
  readonly joinBy?: number | undefined;
  /** When the next heartbeat is overdue. Armed by the first one. */
  readonly heartbeatBy?: number | undefined;
  /** When Equos was last asked whether it runs. Default: `startedAt`. */
  readonly checkedAt?: number | undefined;

  /** Only while `unknown`: blocks its consumer and counts against every limit. */
  readonly held?: true | undefined;
  /** Only while `unknown`: from then on a search cannot miss the conversation because it is too early. */
  readonly findableAt?: number | undefined;
  /** Only while `unknown`: when the first complete search that missed it began. */
  readonly missedAt?: number | undefined;

  /** How often its present work was handed to a server. */
  readonly attempts?: number | undefined;
  /** When its present work is tried again. */
  readonly retryAt?: number | undefined;
  /** One server works on it until then. */
  readonly busyUntil?: number | undefined;

  /** The first one that was given; what ends it later does not change it. */
  readonly reason?: EndReason | undefined;
  readonly endedAt?: number | undefined;
  /** What it has run, in seconds. */
  readonly seconds?: number | undefined;
  /** When its end was announced. An ended record without it has an event that is still to be delivered. */
  readonly announcedAt?: number | undefined;
}

export interface Replacement {
  readonly reservation: string;
  readonly reason: EndReason;
}

/** What one of the consumer's own quotas has used in one window. */
export interface WindowUsage {
  /** Names unit, window length, and window. */
  readonly key: string;
  readonly used: number;
  readonly expiresAt: number;
}

/** What a function of the core decided: the outcome, and what has to be written for it. Without `change` nothing is. */
export interface Decision<T> {
  readonly outcome: T;
  readonly change?: Change | undefined;
}

/** The next state, and everything that has to be written in the same instant. */
export interface Change {
  readonly state: ConsumerState;
  /** A reservation; see `StateChange.start`. */
  readonly start?: true | undefined;
  readonly setAliases?: readonly string[] | undefined;
  readonly deleteAliases?: readonly string[] | undefined;
  /** By reservation. */
  readonly setSealed?: Readonly<Record<string, string>> | undefined;
  readonly deleteSealed?: readonly string[] | undefined;
  readonly members?: readonly MemberChange[] | undefined;
  readonly counters?: readonly CounterChange[] | undefined;
}

/** A consumer without conversations. */
export const EMPTY_STATE: ConsumerState = {
  format: STATE_FORMAT,
  generation: 0,
  records: [],
  cooldowns: {},
  usage: [],
};

/** A state that this release cannot use: damaged, or written by a newer release. */
export type Unreadable = { readonly unreadable: "damaged" | "newer-format" };

/**
 * Reads a stored state. A state that cannot be read is not an empty one: its conversations may run, so its consumer starts
 * nothing until a complete reconcile has replaced it.
 */
export function parseState(text: string): ConsumerState | Unreadable {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("format" in value)) return { unreadable: "damaged" };
    if (typeof value.format === "number" && value.format > STATE_FORMAT) return { unreadable: "newer-format" };
    if (isState(value)) return value;
  } catch {
    // Not JSON.
  }
  return { unreadable: "damaged" };
}

const STATUSES: ReadonlySet<unknown> = new Set<ConversationStatus>([
  "reserved",
  "running",
  "unknown",
  "stopping",
  "ended",
]);

function isState(value: object): value is ConsumerState {
  const { format, generation, records, cooldowns, usage } = value as Partial<Record<keyof ConsumerState, unknown>>;
  return (
    format === STATE_FORMAT &&
    isTime(generation) &&
    Array.isArray(records) &&
    records.every(isRecord) &&
    typeof cooldowns === "object" &&
    cooldowns !== null &&
    Object.values(cooldowns).every(isTime) &&
    Array.isArray(usage) &&
    usage.every((window) => typeof window?.key === "string" && isTime(window.used) && isTime(window.expiresAt))
  );
}

/** What the rules read without looking: a record that lacks it was not written by this library. */
function isRecord(value: unknown): value is ConversationRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof ConversationRecord, unknown>>;
  const times = [record.startedAt, record.endsAt, record.joinBy, record.heartbeatBy, record.busyUntil, record.retryAt];
  return (
    typeof record.reservation === "string" &&
    STATUSES.has(record.status) &&
    typeof record.fingerprint === "string" &&
    [record.maxSeconds, record.reservedAt, record.reservedUntil].every(isTime) &&
    isListOf(record.replaces, ({ reservation }) => typeof reservation === "string") &&
    isListOf(
      record.charges,
      ({ key, amount, expiresAt }) => typeof key === "string" && [amount, expiresAt].every(isTime),
    ) &&
    isListOf(record.recipients, ({ generation, since }) => [generation, since].every(isTime)) &&
    (record.memberOf === undefined || (Array.isArray(record.memberOf) && record.memberOf.every(isText))) &&
    (record.scheduledStop === undefined || isListOf([record.scheduledStop], ({ at }) => isTime(at))) &&
    times.every((time) => time === undefined || isTime(time)) &&
    (record.status !== "running" || (typeof record.conversation === "string" && isTime(record.endsAt)))
  );
}

/** An absent list, or one of objects that pass the check. */
function isListOf(list: unknown, passes: (item: Readonly<Record<string, unknown>>) => boolean): boolean {
  if (list === undefined) return true;
  return Array.isArray(list) && list.every((item) => typeof item === "object" && item !== null && passes(item));
}

const isText = (value: unknown): value is string => typeof value === "string";

const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value >= 0;
