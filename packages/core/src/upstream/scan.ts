import { pause } from "../deadline.js";
import { BrokerError, type ErrorCode, isBrokerError } from "../errors.js";
import type { ConversationPage, SeenConversation } from "./conversation.js";
import { PAGE, type Upstream } from "./upstream.js";

/** Maximum number of retries of a page, after pauses of 1, 2, and 4 s. */
const MAX_RETRIES = 3;
/** Failures that are worth a retry. */
const PASSING: readonly ErrorCode[] = [
  "upstream-busy",
  "upstream-unavailable",
  "upstream-unreachable",
  "upstream-error",
  "upstream-disconnected",
  "upstream-invalid-answer",
];
/** Maximum number of requests of one scan, retries included. */
const MAX_REQUESTS = 4_000;
/** Maximum number of pages that are read from the list's end before their turn. */
const MAX_EARLY_PAGES = 10;

/**
 * Lists all conversations of a `client` segment, or of the organization. One may appear twice.
 *
 * Equos documents no order. Reading forwards finds all conversations that existed before the scan: new ones only move the
 * others towards the end. A search mostly looks for the newest ones, which may be last, so pages from the end are read in
 * between.
 *
 * @throws BrokerError any `upstream-…`: a page failed four times, or the scan needs too many requests
 */
export async function* conversationsOf(
  upstream: Upstream,
  segment: string | undefined,
): AsyncGenerator<readonly SeenConversation[]> {
  let requests = 0;
  let maxRequests = MAX_REQUESTS;
  const read = async (skip: number): Promise<ConversationPage> => {
    for (let failures = 0; ; failures += 1) {
      requests += 1;
      if (requests > maxRequests) {
        const hint = `Equos' list did not end within ${maxRequests} requests. Use smaller usage segments, or try again later`;
        throw new BrokerError("upstream-error", { hint });
      }
      try {
        return await upstream.list(segment, skip);
      } catch (error) {
        if (failures === MAX_RETRIES || !isBrokerError(error) || !PASSING.includes(error.code)) throw error;
        await pause(upstream.clock, 1_000 * 2 ** failures);
      }
    }
  };
  let page = await read(0);
  // Equos may return fewer entries than requested.
  maxRequests = Math.min(MAX_REQUESTS, 2 * Math.ceil(page.total / Math.max(1, page.size)) + 20);
  let earlyPages = MAX_EARLY_PAGES;
  let high = page.total;
  for (let low = 0; page.size > 0; page = await read(low)) {
    yield page.conversations;
    low += page.size;
    if (low >= page.total) return;
    high -= PAGE;
    if (earlyPages === 0 || high <= low) continue;
    const early = await read(high);
    yield early.conversations;
    // After an empty page `total` is wrong, and only reading forwards finds the end.
    earlyPages = early.size === 0 ? 0 : earlyPages - 1;
  }
}
