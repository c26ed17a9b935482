import { type ErrorCode, errorCodes } from "./error-codes.js";
import type { QuotaReading } from "./state/quotas.js";

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
