import { certainlyNotSent, systemCode } from "@equos-broker/api";
import type { Clock } from "../clock.js";
import { timeOver, within } from "../deadline.js";
import { BrokerError, type ErrorCode, isBrokerError } from "../errors.js";
import { redact } from "../redact.js";

const byStatus: Readonly<Record<number, ErrorCode>> = {
  400: "upstream-rejected",
  401: "upstream-unauthorized",
  402: "upstream-no-credit",
  403: "upstream-forbidden",
  404: "upstream-not-found",
  409: "upstream-conflict",
  422: "upstream-rejected",
  429: "upstream-busy",
  503: "upstream-unavailable",
};

/** Statuses of definite refusals: if the body is Equos' error object, nothing was created. */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 402, 403, 404, 409, 422, 429]);

/** What to look at first, for those who read the log. */
const advice: Readonly<Record<number, string>> = {
  401: "check the API key (EQUOS_API_KEY)",
  402: "check the organization's credit in Studio",
  404: "check the character's id (EQUOS_CHARACTER_ID, or the option characters)",
};

export interface CallSurroundings {
  /** What must be masked. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
  /** Where the call went, for the log. */
  readonly endpoint: string;
}

export interface CallFailure {
  readonly error: BrokerError;
  /** Whether the call certainly created nothing: it was not sent, or Equos itself refused it. */
  readonly harmless: boolean;
}

/**
 * Returns what a failed upstream call means: the error for the caller and the log, and whether nothing can have been created.
 * Recognises the errors of our own client, of the official SDK, and of `fetch` by their form.
 */
export async function callFailure(
  operation: string,
  thrown: unknown,
  { secrets, clock, endpoint }: CallSurroundings,
): Promise<CallFailure> {
  // Our own settings, such as a missing key: said by whoever threw it, before anything was sent.
  if (isBrokerError(thrown)) return { error: thrown, harmless: true };
  const response = responseOf(thrown);
  if (response === undefined) return networkFailure(operation, thrown, secrets, endpoint);
  const { status } = response;
  const code = byStatus[status] ?? codeOfClass(status);
  const body = await errorBody(response.whole, clock);
  const { statusCode, message } = errorObject(body);
  const detail = redact(message ?? body, secrets);
  const error = new BrokerError(code, {
    hint: [`Equos answered ${status} to ${operation}`, advice[status]].filter(Boolean).join(": "),
    retryAfterSeconds: status === 429 || status === 503 ? (retryAfter(response.headers) ?? 10) : undefined,
    upstream: { operation, status, detail },
  });
  return { error, harmless: REFUSALS.has(status) && statusCode === status && message !== undefined };
}

function codeOfClass(status: number): ErrorCode {
  if (status >= 300 && status < 400) return "upstream-redirected";
  return status >= 400 && status < 500 ? "upstream-rejected" : "upstream-error";
}

function networkFailure(operation: string, thrown: unknown, secrets: readonly string[], endpoint: string): CallFailure {
  const harmless = certainlyNotSent(thrown);
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const unreadable = name === "InvalidAnswerError" || name === "SyntaxError";
  const code: ErrorCode = harmless
    ? "upstream-unreachable"
    : unreadable
      ? "upstream-invalid-answer"
      : "upstream-disconnected";
  const detail = redact([name, systemCode(thrown)].filter(Boolean).join(" "), secrets);
  return {
    error: new BrokerError(code, {
      hint: harmless ? `No connection to ${endpoint}` : `${operation} got no usable answer from ${endpoint}`,
      retryAfterSeconds: harmless ? 10 : undefined,
      upstream: { operation, status: undefined, detail },
    }),
    harmless,
  };
}

interface FailedResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null } | undefined;
  readonly whole: ErrorResponse;
}

function responseOf(thrown: unknown): FailedResponse | undefined {
  if (typeof thrown !== "object" || thrown === null || !("response" in thrown)) return undefined;
  const { response } = thrown;
  if (typeof response !== "object" || response === null || !("status" in response)) return undefined;
  if (typeof response.status !== "number") return undefined;
  // A fetch Response, or our client's likeness of one; each member is tested before it is used.
  const like = response as { status: number; headers?: { get?: unknown } } & ErrorResponse;
  return {
    status: like.status,
    headers: typeof like.headers?.get === "function" ? (like.headers as FailedResponse["headers"]) : undefined,
    whole: like,
  };
}

/** Reads NestJS' `{ statusCode, message, error }`; `message` may be a list. `{}`: another body. */
function errorObject(body: string): { statusCode?: unknown; message?: string | undefined } {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== "object" || parsed === null) return {};
    const { statusCode, message } = parsed as Record<string, unknown>;
    const text = Array.isArray(message) ? message.join("; ") : message;
    return { statusCode, message: typeof text === "string" ? text : undefined };
  } catch {
    return {};
  }
}

function retryAfter(headers: FailedResponse["headers"]): number | undefined {
  const seconds = Number(headers?.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(Math.ceil(seconds), 3600) : undefined;
}

/** For the log, which shows less. */
const MAX_BYTES = 64 * 1024;
const READ_SECONDS = 2;

/** What is asked of a failed call's response: a `Response`, or a likeness of one. Each member is tested before it is used. */
export interface ErrorResponse {
  readonly body?: unknown;
  readonly text?: unknown;
}

/** The beginning of a failed call's body. The official SDK hands over one that is still on its way, and may never end. */
export async function errorBody(response: ErrorResponse, clock: Clock): Promise<string> {
  const reader = readerOf(response.body);
  const read = reader === undefined ? wholeOf(response) : beginningOf(reader);
  const text = await within(clock, READ_SECONDS, read);
  // Whatever is left would go on coming, and be kept.
  reader?.cancel().catch(() => undefined);
  return text === timeOver ? "(its body did not end)" : text;
}

function readerOf(body: unknown): ReadableStreamDefaultReader<unknown> | undefined {
  if (!(body instanceof ReadableStream) || body.locked) return undefined;
  return body.getReader();
}

async function beginningOf(reader: ReadableStreamDefaultReader<unknown>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < MAX_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      if (value instanceof Uint8Array) text += decoder.decode(value.subarray(0, MAX_BYTES), { stream: true });
    }
  } catch {
    // It broke off: what is there says enough.
  }
  return text;
}

async function wholeOf(response: ErrorResponse): Promise<string> {
  try {
    return typeof response.text === "function" ? String(await response.text()) : "";
  } catch {
    return ""; // It broke off or was read already; the status says enough.
  }
}
