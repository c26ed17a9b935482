import type { QuotaReading } from "./state/quotas.js";

/** Every way in which the broker says no: `code → [HTTP status, what the client may read]`. Listed in `docs/errors.md`. */
export const errorCodes = {
  // The request
  "unknown-action": [404, "There is no such route. POST to start, stop, keepalive or token below the mount."],
  "method-not-allowed": [405, "Use POST."],
  "unsupported-media-type": [415, "Send the body as application/json."],
  "origin-refused": [403, "This origin may not call the broker."],
  "body-too-large": [413, "The body is larger than 16 KB."],
  "body-timeout": [408, "The body did not arrive in time. Send it again in one piece."],
  "body-unreadable": [400, "The body broke off or was already consumed. Send it again."],
  "malformed-json": [400, "The body is not valid JSON."],
  "invalid-body": [400, "The body must be a JSON object with only the documented fields."],
  "invalid-input": [400, "The field `input` is not what this server accepts."],
  "unknown-character": [400, "There is no such character. Use one of the names that this site offers."],

  // Who asks
  unauthorized: [401, "The server does not know you. Sign in, or reload the page."],
  forbidden: [403, "You may not do this."],
  "conversation-refused": [403, "You may not start this conversation."],
  "unknown-agent": [403, "There is no such character. Use one of the names that this site offers as the agent's name."],
  "not-found": [404, "There is no such conversation, or it is not yours."],

  // The consumer's conversations
  "already-active": [409, "You have a conversation already. Stop it first."],
  "just-stopped": [409, "This conversation has just ended. Wait a moment before you ask for another one."],
  "start-in-flight": [409, "Your conversation is being started. Wait for it."],
  outdated: [409, "A newer page has this conversation. Leave `delivery` out to stop it all the same."],
  "several-conversations": [409, "You have several conversations. Say which one by its id."],
  "conversation-ended": [410, "This conversation is over. Start a new one."],
  "too-many-attempts": [429, "Too many requests for the same. Wait a moment."],
  "too-many-starts": [429, "You have started too many conversations. Try again later."],
  "seconds-used-up": [429, "Your conversation time is used up for now. Try again later."],
  "at-capacity": [503, "All places are taken at the moment. Try again later."],
  "start-in-doubt": [503, "An earlier start has not been settled yet. Try again later."],
  "outcome-unknown": [504, "The avatar service did not answer in time. Try again in a minute."],

  // The team's own code and settings
  "invalid-option": [500, "The server is not set up correctly."],
  "store-not-shared": [500, "The server is not set up correctly."],
  "store-misconfigured": [500, "The server is not set up correctly."],
  "secret-missing": [500, "The server is not set up correctly."],
  "secret-mismatch": [500, "The server is not set up correctly."],
  "deployment-missing": [500, "The server is not set up correctly."],
  "api-key-missing": [500, "The server is not set up correctly."],
  "api-key-failed": [500, "The server is not set up correctly."],
  "character-missing": [500, "The server is not set up correctly."],
  "authorize-missing": [500, "The server is not set up correctly."],
  "authorize-failed": [500, "The server could not tell who you are. Try again later."],
  "authorize-timeout": [503, "The server could not tell in time who you are. Try again later."],
  "invalid-identity": [500, "The server could not tell who you are."],
  "conversation-failed": [500, "The server could not prepare the conversation. Try again later."],
  "conversation-timeout": [503, "The server could not prepare the conversation in time. Try again later."],

  // Equos
  "upstream-unauthorized": [502, "The avatar service refused the server. Its operator has to act."],
  "upstream-forbidden": [502, "The avatar service refused the server. Its operator has to act."],
  "upstream-no-credit": [503, "Conversations are not available at the moment."],
  "upstream-not-found": [502, "The avatar service does not know this character. The site's operator has to act."],
  "upstream-conflict": [503, "The avatar service is busy with a conflicting request. Try again later."],
  "upstream-rejected": [502, "The avatar service rejected the request. The site's operator has to act."],
  "upstream-busy": [503, "All avatars are busy. Try again later."],
  "upstream-redirected": [502, "The avatar service is not where the server looks for it."],
  "upstream-unreachable": [503, "The avatar service cannot be reached. Try again later."],
  "upstream-unavailable": [503, "The avatar service is not available. Try again later."],
  "upstream-error": [502, "The avatar service failed. Try again later."],
  "upstream-disconnected": [502, "The avatar service broke off. Try again later."],
  "upstream-invalid-answer": [502, "The avatar service gave an answer that makes no sense. Try again later."],
  "upstream-incomplete-answer": [502, "The avatar service gave no way to join. Try again later."],
  "upstream-not-running": [502, "The avatar service could not start the conversation. Try again later."],

  // The broker
  "start-too-late": [503, "The server was held up. Try again."],
  "store-unavailable": [503, "The conversation store is unavailable. Try again later."],
  "broker-closed": [503, "The server is shutting down. Try again in a moment."],
  "internal-error": [500, "Something went wrong on the server."],
} as const satisfies Readonly<Record<string, readonly [status: number, publicMessage: string]>>;

/** The stable name of a refusal: what programs decide by. */
export type ErrorCode = keyof typeof errorCodes;

const brand = Symbol.for("equos-broker.error");

/** What the server log may say of an upstream failure: already masked and capped. */
export interface UpstreamFailure {
  readonly operation: string;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** Upstream's message or the network's error code, with everything secret masked. */
  readonly detail: string;
}

/** What a {@link BrokerError} may say beyond its code. */
export interface BrokerErrorDetails {
  /** For the server log: what to look at. Never reaches a client. */
  readonly hint?: string | undefined;
  /** Replaces the public message of the code, where a value of the request belongs into it. */
  readonly publicMessage?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** The consumer's own quotas, where one of them is the matter. */
  readonly quotas?: readonly QuotaReading[] | undefined;
  /** The newest generation, where a page with an older one is refused. */
  readonly generation?: number | undefined;
  readonly upstream?: UpstreamFailure | undefined;
  /** The team's own error, kept for its log. Upstream's errors are never kept: they may echo what was sent. */
  readonly cause?: unknown;
}

/**
 * The one error of the broker. `code` is stable and listed in `docs/errors.md`; `publicMessage` is what a client may
 * read; everything else is for the server.
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
  /** The HTTP status that a route answers with. */
  readonly status: number;
  readonly publicMessage: string;
  readonly retryAfterSeconds: number | undefined;
  readonly quotas: readonly QuotaReading[];
  readonly generation: number | undefined;
  readonly upstream: UpstreamFailure | undefined;
  readonly [brand] = true;

  constructor(code: ErrorCode, details: BrokerErrorDetails = {}) {
    const [status, message] = errorCodes[code];
    super(
      details.hint ?? details.publicMessage ?? message,
      details.cause === undefined ? {} : { cause: details.cause },
    );
    this.code = code;
    this.status = status;
    this.publicMessage = details.publicMessage ?? message;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.quotas = details.quotas ?? [];
    this.generation = details.generation;
    this.upstream = details.upstream;
  }
}

/** Recognises a `BrokerError` of any copy of this package, where `instanceof` would not. */
export function isBrokerError(error: unknown): error is BrokerError {
  return typeof error === "object" && error !== null && brand in error;
}

/** Found at first use: where code is built there are no secrets, and construction must not fail there. */
export const secretMissing = (what: string): BrokerError =>
  new BrokerError("secret-missing", { hint: `${what}: option "secret" is missing: 32 characters or more are needed` });
