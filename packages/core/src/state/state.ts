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
  /** What the consumer's own quotas have used. Settled by the same version as the conversations. */
  readonly usage: readonly WindowUsage[];
}

/** A newer format cannot be read; see {@link parseState}. */
export const STATE_FORMAT = 1;
/** Highest value of `limits.perConsumer.active`. */
export const MAX_ACTIVE = 20;
/** Ended records that a state keeps: a repeated stop gets the same answer, and a start may have to wait. */
export const MAX_ENDED = 20;
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
const STATUSES: readonly ConversationStatus[] = ["reserved", "running", "unknown", "stopping", "ended"];

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
  /** When its stop was requested, or when it ended while it was `running`. */
  readonly stoppedAt?: number | undefined;
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

/** A value that is being made. */
export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

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
export const EMPTY_STATE: ConsumerState = { format: STATE_FORMAT, generation: 0, records: [], usage: [] };

/**
 * Reads a stored state. A state that cannot be read is not an empty one: its conversations may run, so its consumer starts
 * nothing until a complete reconcile has replaced it.
 */
export function parseState(text: string): ConsumerState | { readonly unreadable: "damaged" | "newer-format" } {
  try {
    const value: unknown = JSON.parse(text);
    if (hasFormat(value) && value.format > STATE_FORMAT) return { unreadable: "newer-format" };
    if (isState(value)) return value;
  } catch {
    // Not JSON.
  }
  return { unreadable: "damaged" };
}

type Check = (value: unknown) => boolean;

/** Returns a check of an object's fields. A field without a check may have any value. */
function checkFields<T>(checks: Partial<Record<keyof T, Check>>) {
  const entries = Object.entries<Check | undefined>(checks);
  return (value: unknown): value is T => {
    if (typeof value !== "object" || value === null) return false;
    const object = value as Readonly<Record<string, unknown>>;
    for (const [name, isValid] of entries) if (!isValid?.(object[name])) return false;
    return true;
  };
}

function checkList(isValid: Check): Check {
  return (value) => Array.isArray(value) && value.every(isValid);
}

function checkOptional(isValid: Check): Check {
  return (value) => value === undefined || isValid(value);
}

const isText: Check = (value) => typeof value === "string";
const isTime: Check = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isOptionalTime = checkOptional(isTime);

/** What the rules read without a check of their own. A record that lacks it was not written by this library. */
const hasRecordFields = checkFields<ConversationRecord>({
  reservation: isText,
  status: (status) => STATUSES.some((known) => known === status),
  fingerprint: isText,
  maxSeconds: isTime,
  reservedAt: isTime,
  reservedUntil: isTime,
  replaces: checkOptional(checkList(checkFields<Replacement>({ reservation: isText }))),
  charges: checkOptional(checkList(checkFields<Charge>({ key: isText, amount: isTime, expiresAt: isTime }))),
  memberOf: checkOptional(checkList(isText)),
  startedAt: isOptionalTime,
  endsAt: isOptionalTime,
  recipients: checkOptional(checkList(checkFields<Recipient>({ generation: isTime, since: isTime }))),
  scheduledStop: checkOptional(checkFields<{ at: number }>({ at: isTime })),
  joinBy: isOptionalTime,
  heartbeatBy: isOptionalTime,
  retryAt: isOptionalTime,
  busyUntil: isOptionalTime,
  stoppedAt: isOptionalTime,
});

const isRecord: Check = (value) =>
  hasRecordFields(value) && (value.status !== "running" || (isText(value.conversation) && isTime(value.endsAt)));

const hasFormat = checkFields<{ format: number }>({ format: isTime });

const isState = checkFields<ConsumerState>({
  format: (format) => format === STATE_FORMAT,
  generation: isTime,
  records: checkList(isRecord),
  usage: checkList(checkFields<WindowUsage>({ key: isText, used: isTime, expiresAt: isTime })),
});
