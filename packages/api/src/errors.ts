/** The part of the upstream answer that an error carries; the body is behind a call, so that printing shows none of it. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** The body as text, at most 64 KiB of it. May echo what was sent: never show it to a client. */
  text(): Promise<string>;
}

/**
 * Upstream answered with something other than 2xx, redirects included. Name and shape are the official SDK's
 * (`error.name === "ResponseError"`, `error.response.status`), so code that knows one knows the other.
 */
export class ResponseError extends Error {
  override readonly name = "ResponseError";
  readonly response: ErrorResponse;

  constructor(response: ErrorResponse) {
    super("Response returned an error code");
    this.response = response;
  }
}

/** No answer arrived: the network failed, or the answer broke off. */
export class FetchError extends Error {
  override readonly name = "FetchError";
  /** `false` only when it is certain that upstream saw nothing of the request. */
  readonly sent: boolean;
  /** The system's error code (`ECONNREFUSED`, `ENOTFOUND`, …), when there is one. */
  readonly code: string | undefined;

  constructor(sent: boolean, cause: unknown) {
    const code = systemCode(cause);
    super(`The request failed${code ? ` (${code})` : ""}`, { cause });
    this.sent = sent;
    this.code = code;
  }
}

/** The call took longer than its `timeoutMs`. What became of it upstream is unknown. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";

  constructor(timeoutMs: number) {
    super(`Equos did not answer within ${timeoutMs} ms`);
  }
}

/** Upstream answered 2xx with something that is not JSON, or with more than 16 MiB. */
export class InvalidAnswerError extends Error {
  override readonly name = "InvalidAnswerError";
  readonly status: number;

  constructor(status: number) {
    // The parser's own message would quote the body.
    super(`Equos answered ${status} with a body that could not be read as JSON`);
    this.status = status;
  }
}

/** A required argument is missing or cannot be sent. */
export class RequiredError extends Error {
  override readonly name = "RequiredError";
  readonly field: string;

  constructor(field: string, message = `Required parameter "${field}" was null or undefined`) {
    super(message);
    this.field = field;
  }
}

/** Codes of failures that happen before a connection stands: name lookup, refusal, routing, TLS. */
const BEFORE_CONNECTION =
  /^(ENOTFOUND|EAI_\w+|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|FailedToOpenSocket|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|UNABLE_TO_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH)$/;

/** The first system error code in the chain of causes. */
export function systemCode(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null; depth += 1) {
    if ("code" in current && typeof current.code === "string") return current.code;
    current = "cause" in current ? current.cause : undefined;
  }
  return undefined;
}

/**
 * Whether the failed call certainly never reached upstream, so that nothing can have been created by it. Also
 * understands what `fetch` and the official SDK throw.
 */
export function certainlyNotSent(error: unknown): boolean {
  if (error instanceof Error && error.name === "RequiredError") return true;
  if (typeof error === "object" && error !== null && "sent" in error && error.sent === false) return true;
  const code = systemCode(error);
  return code !== undefined && BEFORE_CONNECTION.test(code);
}
