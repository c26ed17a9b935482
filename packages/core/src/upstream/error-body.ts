import type { Clock } from "../clock.js";
import { timeOver, within } from "../deadline.js";

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
