import type { QuotaReading } from "./state/quotas.js";

// Messages of several codes: a client cannot do anything different for each of them.
const misconfigured = [500, "The server is not set up correctly."] as const;
const unidentified = "The server could not identify you. Try again later.";
const unprepared = "The server could not prepare the conversation. Try again later.";
const overloaded = [503, "The server is not available at the moment. Try again later."] as const;
const refused = [502, "The avatar service refused the server. Its operator has to act."] as const;
const unavailable = [503, "The avatar service is not available. Try again later."] as const;
const busy = [503, "All avatars are busy. Try again later."] as const;
const failed = [502, "The avatar service failed. Try again later."] as const;

/** Every refusal of the broker: `code → [HTTP status, message for the client]`. Listed in `docs/errors.md`. */
export const errorCodes = {
  // The request
  "unknown-action": [404, "No such route. POST to start, stop, keepalive or token below the mount."],
  "method-not-allowed": [405, "Use POST."],
  "unsupported-media-type": [415, "Send the body as application/json."],
  "origin-refused": [403, "This origin may not call the broker."],
  "body-too-large": [413, "The body is larger than 16 KB."],
  "body-timeout": [408, "The body did not arrive in time. Send it again."],
  "body-unreadable": [400, "The body broke off or was already consumed. Send it again."],
  "malformed-json": [400, "The body is not valid JSON."],
  "invalid-body": [400, "The body must be a JSON object with only the documented fields."],
  "invalid-input": [400, "The field `input` is not what this server accepts."],
  "unknown-character": [400, "No such character. Use a name that this site offers."],

  // The consumer
  unauthorized: [401, "The server does not know you. Sign in, or reload the page."],
  forbidden: [403, "You may not do this."],
  "conversation-refused": [403, "You may not start this conversation."],
  "unknown-agent": [403, "No such character. Use a name that this site offers as the agent's name."],
  "not-found": [404, "No such conversation, or it is not yours."],

  // The consumer's conversations
  "already-active": [409, "You have a conversation already. Stop it first."],
  "just-stopped": [409, "This conversation has just ended. Wait a moment."],
  "start-in-flight": [409, "Your conversation is being started. Wait for it."],
  outdated: [409, "A newer page has this conversation. Omit `delivery` to stop it anyway."],
  "several-conversations": [409, "You have several conversations. Name one by its id."],
  "conversation-ended": [410, "This conversation is over. Start a new one."],
  "too-many-attempts": [429, "Too many requests. Wait a moment."],
  "too-many-starts": [429, "You have started too many conversations. Try again later."],
  "seconds-used-up": [429, "Your conversation time is used up. Try again later."],
  "at-capacity": busy,
  "start-in-doubt": [503, "An earlier start is not settled yet. Try again later."],
  "outcome-unknown": [504, "The avatar service did not answer in time. Try again in a minute."],

  // The team's own code and settings
  "invalid-option": misconfigured,
  "store-not-shared": misconfigured,
  "store-misconfigured": misconfigured,
  "secret-missing": misconfigured,
  "secret-mismatch": misconfigured,
  "deployment-missing": misconfigured,
  "api-key-missing": misconfigured,
  "api-key-invalid": misconfigured,
  "api-key-failed": misconfigured,
  "character-missing": misconfigured,
  "authorize-missing": misconfigured,
  "authorize-failed": [500, unidentified],
  "authorize-timeout": [503, unidentified],
  "invalid-identity": [500, unidentified],
  "conversation-failed": [500, unprepared],
  "conversation-timeout": [503, unprepared],

  // Equos
  "upstream-unauthorized": refused,
  "upstream-forbidden": refused,
  "upstream-no-credit": unavailable,
  "upstream-not-found": refused,
  "upstream-conflict": unavailable,
  "upstream-rejected": refused,
  "upstream-busy": busy,
  "upstream-redirected": refused,
  "upstream-unreachable": unavailable,
  "upstream-unavailable": unavailable,
  "upstream-error": failed,
  "upstream-disconnected": failed,
  "upstream-invalid-answer": failed,
  "upstream-incomplete-answer": failed,
  "upstream-not-running": failed,

  // The broker
  "start-too-late": overloaded,
  "store-unavailable": overloaded,
  "broker-closed": overloaded,
  "internal-error": [500, "Something went wrong on the server."],
} as const satisfies Readonly<Record<string, readonly [status: number, publicMessage: string]>>;

/** The stable name of a refusal, for programs. */
export type ErrorCode = keyof typeof errorCodes;

const brand = Symbol.for("equos-broker.error");

/** A failed call to Equos, for the server log: masked and of limited length. */
export interface UpstreamFailure {
  readonly operation: string;
  /** HTTP status, if there was a response. */
  readonly status: number | undefined;
  /** Equos' message or the network's error code. Secrets are masked. */
  readonly detail: string;
}

/** Details of a {@link BrokerError} besides its code. */
export interface BrokerErrorDetails {
  /** For the server log only: what to check. */
  readonly hint?: string | undefined;
  /** Replaces the public message of the code. */
  readonly publicMessage?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** The consumer's own quotas, if the refusal is about one of them. */
  readonly quotas?: readonly QuotaReading[] | undefined;
  /** The newest generation, if the request has an older one. */
  readonly generation?: number | undefined;
  readonly upstream?: UpstreamFailure | undefined;
  /** The error of the team's own code. Errors of Equos are not kept, because they may echo what was sent. */
  readonly cause?: unknown;
}

/**
 * The error of the broker. `code` is stable and listed in `docs/errors.md`. A client may read `publicMessage`; everything
 * else is for the server.
 *
 * @example
 * ```ts
 * try { await broker.start({ consumer }); }
 * catch (error) { if (isBrokerError(error) && error.code === "already-active") … }
 * ```
 */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: ErrorCode;
  /** HTTP status of the route's response. */
  readonly status: number;
  readonly publicMessage: string;
  readonly retryAfterSeconds: number | undefined;
  readonly quotas: readonly QuotaReading[];
  readonly generation: number | undefined;
  readonly upstream: UpstreamFailure | undefined;
  readonly [brand] = true;

  constructor(code: ErrorCode, details: BrokerErrorDetails = {}) {
    const [status, message] = errorCodes[code];
    const { hint, publicMessage = message, quotas = [], cause } = details;
    super(hint ?? publicMessage, cause === undefined ? {} : { cause });
    this.code = code;
    this.status = status;
    this.publicMessage = publicMessage;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.quotas = quotas;
    this.generation = details.generation;
    this.upstream = details.upstream;
  }
}

/** Returns whether an error is a `BrokerError` of any copy of this package. */
export function isBrokerError(error: unknown): error is BrokerError {
  const test = ({ [brand]: isBranded, code, status }: Partial<BrokerError>) =>
    isBranded === true && typeof code === "string" && typeof status === "number";
  // Anything may be thrown, and any of its fields may throw.
  return attempt(() => test(Object(error)), false);
}

/** Returns the fallback if the call throws, as any property of a foreign value may. */
export function attempt<T>(call: () => T, fallback: T): T {
  try {
    return call();
  } catch {
    return fallback;
  }
}

/** Returns the error of a missing secret, for its first use: a build has no secrets, so construction must not fail. */
export const secretMissing = (subject: string): BrokerError =>
  new BrokerError("secret-missing", { hint: `${subject}: set the option "secret" to at least 32 characters` });
