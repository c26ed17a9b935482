import { SharedWork } from "../shared-work.js";
import { SEARCHES_APART_MS } from "../state/reserve.js";
import type { ConversationRecord } from "../state/state.js";
import { importConversation, markMissed } from "../state/transitions.js";
import type { SeenConversation } from "../upstream/conversation.js";
import { conversationsOf } from "../upstream/scan.js";
import type { Context } from "./context.js";
import { backoffMs, type Ends } from "./end.js";
import type { OpenStore } from "./open-store.js";
import { consumerOf, readName } from "./upstream-name.js";

/** Longest delay before the next search for an unknown start, in ms. */
const MAX_DELAY_MS = 60_000;

/** Returns the delay before the next search, in ms. It does not put off the end of a hold. */
function delayMs({ attempts = 1, held, missedAt, findableAt = 0 }: ConversationRecord, now: number): number {
  const backoff = backoffMs(attempts, MAX_DELAY_MS);
  if (!held) return backoff;
  const releaseAt = Math.max((missedAt ?? now) + SEARCHES_APART_MS, findableAt);
  return Math.min(backoff, Math.max(1000, releaseAt - now));
}

/** Unknown starts that are searched for, by reservation. */
type Wanted = Map<string, ConversationRecord>;

export type Search = ReturnType<typeof createSearch>;

/**
 * Returns the search for an unknown start in Equos' list, by name. One scan at a time serves all unknown starts of a usage
 * segment.
 */
export function createSearch({ settings, upstream }: Pick<Context, "settings" | "upstream">, ends: Ends) {
  const { clock, timeouts, logger, leaseMs } = settings;
  /** What the next scan of each segment looks for. */
  const waiting = new Map<string | undefined, Wanted>();
  // A page takes at most `stopSeconds`, and is requested again after pauses of 7 s in all.
  const scans = new SharedWork<string | undefined, void>(clock, 4 * timeouts.stopSeconds + 15);

  async function search(store: OpenStore, record: ConversationRecord): Promise<void> {
    const { reservation } = record;
    // A conversation whose text cannot be read may be in any segment.
    const segment = (await store.textOf(consumerOf(reservation), reservation))?.segment;
    waiting.set(segment, (waiting.get(segment) ?? new Map()).set(reservation, record));
    // A scan under way may have passed the conversation, so another one follows.
    while (waiting.get(segment)?.has(reservation)) await scans.run(segment, () => scan(store, segment));
  }

  async function scan(store: OpenStore, segment: string | undefined): Promise<void> {
    const wanted: Wanted = waiting.get(segment) ?? new Map();
    waiting.delete(segment);
    const begunAt = store.session.now;
    const found = await readList(store, segment, wanted);
    for (const record of wanted.values()) {
      const { reservation } = record;
      const retryAfterMs = delayMs(record, begunAt);
      if (found === "incomplete") await ends.postpone(store, record, retryAfterMs);
      else await store.change(markMissed, { reservation, begunAt, retryAfterMs });
    }
  }

  /** Settles what the list contains, and leaves in `wanted` what it does not. */
  async function readList(store: OpenStore, segment: string | undefined, wanted: Wanted) {
    try {
      for await (const page of conversationsOf(upstream, segment)) {
        scans.extend(segment);
        await Promise.all(page.map((seen) => settle(store, seen, wanted)));
        if (wanted.size === 0) break;
      }
      return "complete";
    } catch (error) {
      // The segment may be named after a person, so it is not logged.
      const reason = error instanceof Error ? error.message : "unknown";
      logger.warn({ error: reason }, "Equos could not be searched for unknown starts; trying again");
      return "incomplete";
    }
  }

  async function settle(store: OpenStore, seen: SeenConversation, wanted: Wanted): Promise<void> {
    const name = readName(seen.name);
    const record = name?.storeId === store.id ? wanted.get(name.reservation) : undefined;
    if (record === undefined) return;
    const { reservation } = record;
    wanted.delete(reservation);
    const { id: conversation, seconds, endedAt } = seen;
    if (!seen.running)
      return await ends.end(store, { reservation, conversation, reason: "upstream", seconds, endedAt });
    const startedAt = seen.startedAt ?? record.reservedAt;
    const maxSeconds = Math.min(seen.maxSeconds ?? record.maxSeconds, record.maxSeconds);
    const request = { reservation, conversation, reason: "orphan", startedAt, maxSeconds, leaseMs } as const;
    const imported = await store.change(importConversation, request);
    await ends.stop(store, imported.record);
  }

  return search;
}
