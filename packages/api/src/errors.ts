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

  /** The operation that failed, such as `startConversation`. */
  readonly operation: string | undefined;

  constructor(sent: boolean, cause: unknown, operation?: string) {
    const { link, code } = codedError(cause) ?? {};
    // HTTP parsers attach the bytes that they stopped at, and printing the error would show them.
    if (code?.startsWith("HPE_")) for (const key of ["data", "rawPacket"]) Reflect.deleteProperty(Object(link), key);
    super(`${operation ?? "The request"} failed${code ? ` (${code})` : ""}`, { cause });
    this.sent = sent;
    this.code = code;
    this.operation = operation;
  }

  /** The same failure, of this operation. @internal */
  of(operation: string): FetchError {
    return new FetchError(this.sent, this.cause, operation);
  }
}

/** The call took longer than its `timeoutMs`. What became of it upstream is unknown. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
  /** The operation that took too long. */
  readonly operation: string;

  constructor(timeoutMs: number, operation: string) {
    super(`Equos did not answer ${operation} within ${timeoutMs} ms`);
    this.operation = operation;
  }
}

/** Upstream answered 2xx with something that is not JSON, larger than 16 MiB, or not what the API declares. */
export class InvalidAnswerError extends Error {
  override readonly name = "InvalidAnswerError";
  readonly status: number;
  readonly operation: string;
  /** The first field that is wrong, such as `conversation.startedAt`; `undefined` when it is the whole answer. */
  readonly field: string | undefined;

  constructor(operation: string, status: number, { field, reason }: { field?: string; reason: string }) {
    super(`Equos answered ${operation} with ${status} and a body ${field ? `whose ${field}` : "that"} ${reason}`);
    this.status = status;
    this.operation = operation;
    this.field = field || undefined;
  }
}

/** What the storage says it stored is not what was sent. */
export class ChecksumError extends Error {
  override readonly name = "ChecksumError";

  constructor() {
    super("The storage received other bytes than were sent");
  }
}

/** A required argument is missing or cannot be sent. */
export class RequiredError extends Error {
  override readonly name = "RequiredError";
  readonly field: string;

  constructor(field: string, operation?: string, message?: string) {
    const call = operation === undefined ? "" : ` when calling ${operation}`;
    super(message ?? `Required parameter "${field}" was null or undefined${call}`);
    this.field = field;
  }
}

/** Codes of failures that happen before a connection stands: name lookup, refusal, routing, TLS. */
const BEFORE_CONNECTION =
  /^(ENOTFOUND|EAI_\w+|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|FailedToOpenSocket|CERT_\w+|ERR_TLS_CERT_\w+|ERR_TLS_HANDSHAKE_TIMEOUT|ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|\w+_HANDSHAKE_FAILURE|\w+_PROTOCOL_VERSION|\w+_UNRECOGNIZED_NAME)|UNABLE_TO_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH)$/;

/** Anything can be thrown, getters that throw included; reading it must not replace the failure by another. */
function read(value: unknown, key: string): unknown {
  try {
    return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  } catch {
    return undefined;
  }
}

/** The first error in the chain of causes that has a system error code. */
function codedError(error: unknown): { link: unknown; code: string } | undefined {
  for (const link of causes(error)) {
    const code = read(link, "code");
    if (typeof code === "string") return { link, code };
  }
  return undefined;
}

function* causes(error: unknown): Generator<unknown> {
  let link = error;
  for (let depth = 0; depth < 5 && link !== undefined; depth += 1) {
    yield link;
    link = read(link, "cause");
  }
}

/** Where a code does not say it. Deno has none, but the kind of its HTTP client's error; Bun's EPROTO means more than this. */
const NOT_CONNECTED = /\bclient error \(Connect\)|^EPROTO: The TLS handshake failed\b/;

function saysNotConnected(error: unknown): boolean {
  for (const link of causes(error)) {
    const message = read(link, "message");
    if (typeof message === "string" && NOT_CONNECTED.test(message)) return true;
  }
  return false;
}

/** The first system error code in the chain of causes. */
export function systemCode(error: unknown): string | undefined {
  return codedError(error)?.code;
}

/**
 * Whether the failed call certainly never reached upstream, so that nothing can have been created by it. Also
 * understands what `fetch` and the official SDK throw.
 */
export function certainlyNotSent(error: unknown): boolean {
  if (read(error, "name") === "RequiredError") return true;
  const sent = read(error, "sent");
  if (typeof sent === "boolean") return !sent;
  if (saysNotConnected(error)) return true;
  const found = codedError(error);
  if (found === undefined || !BEFORE_CONNECTION.test(found.code)) return false;
  // An established connection can break with the codes of routing as well.
  const call = read(found.link, "syscall");
  return call !== "read" && call !== "write";
}
