import { certainlyNotSent, systemCode } from "@equos-broker/api";
import type { Clock } from "../clock.js";
import { within } from "../deadline.js";
import { attempt, BrokerError, type ErrorCode, isBrokerError } from "../errors.js";
import { redact } from "../redact.js";

/** Statuses of definite refusals: if the body is Equos' error object, nothing was created. */
const refusals: Readonly<Record<number, ErrorCode>> = {
  400: "upstream-rejected",
  401: "upstream-unauthorized",
  402: "upstream-no-credit",
  403: "upstream-forbidden",
  404: "upstream-not-found",
  409: "upstream-conflict",
  422: "upstream-rejected",
  429: "upstream-busy",
};

/** What the operator has to check, for the log. */
const advice: Readonly<Record<number, string>> = {
  401: ": check the API key (EQUOS_API_KEY)",
  402: ": check the organization's credit in Studio",
  404: ": check the character's id (EQUOS_CHARACTER_ID, or the option characters)",
};

/** Maximum length of a failed call's body, in bytes. */
const MAX_BYTES = 64 * 1024;
/** Time limit for reading that body. */
const READ_SECONDS = 2;

/** What a failed call means. */
export interface CallFailure {
  readonly error: BrokerError;
  /** Whether the call certainly created nothing: it was not sent, or Equos itself refused it. */
  readonly harmless: boolean;
}

/** Classifies the errors of our own client, of the official SDK, and of `fetch`, by their form. */
export async function classifyFailure(
  operation: string,
  thrown: unknown,
  { secrets, clock, endpoint }: { secrets: readonly string[]; clock: Clock; endpoint: string },
): Promise<CallFailure> {
  // A refusal of this server, such as a missing key: nothing was sent.
  if (isBrokerError(thrown)) return { error: thrown, harmless: true };
  const response = failedResponse(thrown);
  const { code, hint, detail, harmless, retryAfterSeconds } =
    response === undefined
      ? networkFailure(operation, thrown, endpoint)
      : await responseFailure(operation, response, clock);
  const upstream = { operation, status: response?.status, detail: redact(detail, secrets) };
  return { error: new BrokerError(code, { hint, retryAfterSeconds, upstream }), harmless };
}

function networkFailure(operation: string, thrown: unknown, endpoint: string) {
  const name = attempt(() => (thrown instanceof Error ? String(thrown.name) : typeof thrown), "unknown");
  const detail = [name, systemCode(thrown)].filter(Boolean).join(" ");
  if (certainlyNotSent(thrown)) {
    const hint = `No connection to ${endpoint}`;
    return { code: "upstream-unreachable", hint, detail, harmless: true, retryAfterSeconds: 10 } as const;
  }
  const isUnreadable = name === "InvalidAnswerError" || name === "SyntaxError";
  const code = isUnreadable ? "upstream-invalid-answer" : "upstream-disconnected";
  const hint = `${operation} got no usable answer from ${endpoint}`;
  return { code, hint, detail, harmless: false, retryAfterSeconds: undefined } as const;
}

async function responseFailure(operation: string, response: FailedResponse, clock: Clock) {
  const { status } = response;
  const body = await readBody(response, clock);
  const { statusCode, message } = parseError(body);
  return {
    code: refusals[status] ?? codeOfClass(status),
    hint: `Equos answered ${status} to ${operation}${advice[status] ?? ""}`,
    detail: message ?? body,
    harmless: status in refusals && statusCode === status && message !== undefined,
    retryAfterSeconds: status === 429 || status === 503 ? retryAfter(response) : undefined,
  };
}

function codeOfClass(status: number): ErrorCode {
  if (status === 503) return "upstream-unavailable";
  if (status >= 300 && status < 400) return "upstream-redirected";
  return status >= 400 && status < 500 ? "upstream-rejected" : "upstream-error";
}

/** A `Response`, or our client's likeness of one. Only `status` is certain. */
interface FailedResponse {
  readonly status: number;
  readonly headers?: { get?(name: string): string | null };
  readonly body?: unknown;
  text?(): Promise<unknown>;
}

function failedResponse(thrown: unknown): FailedResponse | undefined {
  const find = () => {
    const { response }: { response?: Partial<FailedResponse> } = Object(thrown);
    return typeof response?.status === "number" ? (response as FailedResponse) : undefined;
  };
  // Anything may be thrown, and any of its fields may throw.
  return attempt(find, undefined);
}

/** Reads NestJS' `{ statusCode, message, error }`. `message` may be a list. */
function parseError(body: string): { statusCode?: unknown; message?: string | undefined } {
  try {
    const { statusCode, message }: Record<string, unknown> = Object(JSON.parse(body));
    const text = Array.isArray(message) ? message.join("; ") : message;
    return { statusCode, message: typeof text === "string" ? text : undefined };
  } catch {
    return {};
  }
}

function retryAfter({ headers }: FailedResponse): number {
  const seconds = Math.ceil(Number(headers?.get?.("retry-after") ?? 10));
  return seconds >= 0 ? Math.min(seconds, 3600) : 10;
}

/** Returns the beginning of the body. The official SDK's errors carry one that is still arriving and may never end. */
async function readBody(response: FailedResponse, clock: Clock): Promise<string> {
  const { body } = response;
  const reader = body instanceof ReadableStream && !body.locked ? body.getReader() : undefined;
  let text = "";
  const read = async () => {
    if (reader === undefined) text = String((await response.text?.()) ?? "");
    const decoder = new TextDecoder();
    while (reader !== undefined && text.length < MAX_BYTES) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value.subarray(0, MAX_BYTES), { stream: true });
    }
  };
  // If the body breaks off, its beginning is enough.
  await within(
    clock,
    READ_SECONDS,
    read().catch(() => undefined),
  );
  // The rest would go on arriving, and would be kept.
  reader?.cancel().catch(() => undefined);
  return text;
}
