import type { Settings } from "../settings.js";
import { SEARCHES_APART_MS } from "../state/reserve.js";
import type { ConversationRecord } from "../state/state.js";
import { importConversation, markMissed } from "../state/transitions.js";
import type { SeenConversation } from "../upstream/conversation.js";
import { conversationsOf } from "../upstream/scan.js";
import type { Upstream } from "../upstream/upstream.js";
import type { Ends } from "./end.js";
import type { OpenStore } from "./open-store.js";
import { consumerOf, readName } from "./upstream-name.js";

/** Delay before the next search for an unknown start, in ms. It grows, but does not delay the end of a hold. */
function pauseMs({ attempts = 1, held, missedAt, findableAt = 0 }: ConversationRecord, now: number): number {
  const backoff = Math.min(1000 * 2 ** Math.max(0, attempts - 1), 60_000);
  if (!held) return backoff;
  const releaseAt = Math.max((missedAt ?? now) + SEARCHES_APART_MS, findableAt);
  return Math.min(backoff, Math.max(1000, releaseAt - now));
}

interface Scan {
  /** By our clock, in ms. A scan that makes no progress until then has died with the request that it ran in. */
  lostAt: number;
  /** What the next scan looks for, by reservation. */
  readonly next: Map<string, ConversationRecord>;
}

/** Looks at Equos for unknown starts, by name. One scan at a time serves all unknown starts of a segment. */
export class Search {
  readonly #settings: Settings;
  readonly #upstream: Upstream;
  readonly #ends: Ends;
  /** The scan under way, by segment. */
  readonly #scans = new Map<string | undefined, Scan>();

  constructor(settings: Settings, upstream: Upstream, ends: Ends) {
    this.#settings = settings;
    this.#upstream = upstream;
    this.#ends = ends;
  }

  async find(store: OpenStore, record: ConversationRecord): Promise<void> {
    const text = await store.textOf(consumerOf(record.reservation), record.reservation);
    // A conversation whose text cannot be read may be in any segment.
    const segment = text?.segment;
    const running = this.#scans.get(segment);
    if (running !== undefined && this.#settings.clock.now() < running.lostAt) {
      running.next.set(record.reservation, record);
      return;
    }
    let wanted = new Map([...(running?.next ?? []), [record.reservation, record] as const]);
    let scan: Scan | undefined;
    try {
      while (wanted.size > 0) {
        scan = { lostAt: 0, next: new Map() };
        this.#scans.set(segment, scan);
        await this.#scan(store, segment, wanted, scan);
        wanted = scan.next;
      }
    } finally {
      if (this.#scans.get(segment) === scan) this.#scans.delete(segment);
    }
  }

  async #scan(
    store: OpenStore,
    segment: string | undefined,
    wanted: Map<string, ConversationRecord>,
    scan: Scan,
  ): Promise<void> {
    const { clock, timeouts, logger } = this.#settings;
    // A page takes at most `stopSeconds`, and is tried again after pauses of 7 s in all.
    const isAlive = () => {
      scan.lostAt = clock.now() + (4 * timeouts.stopSeconds + 15) * 1000;
    };
    isAlive();
    const begunAt = store.session.now;
    let isComplete = false;
    try {
      for await (const page of conversationsOf(this.#upstream, segment)) {
        isAlive();
        await Promise.all(page.map((seen) => this.#settle(store, seen, wanted)));
        if (wanted.size === 0) return;
      }
      isComplete = true;
    } catch (error) {
      // The segment may be named after a person, so it is not logged.
      const reason = error instanceof Error ? error.message : "unknown";
      logger.warn({ error: reason }, "Equos could not be searched for unknown starts; trying again");
    }
    const missed = [...wanted.values()];
    if (!isComplete) {
      await Promise.all(missed.map((record) => this.#ends.retryLater(store, record, pauseMs(record, begunAt))));
      return;
    }
    for (const record of missed) {
      const { reservation } = record;
      const request = { reservation, begunAt, retryAfterMs: pauseMs(record, begunAt) };
      await store.session.update(consumerOf(reservation), ({ state, now }) => markMissed(state, request, now));
    }
  }

  async #settle(store: OpenStore, seen: SeenConversation, wanted: Map<string, ConversationRecord>): Promise<void> {
    const name = readName(seen.name);
    if (name?.storeId !== store.id) return;
    const { reservation } = name;
    const record = wanted.get(reservation);
    if (record === undefined) return;
    wanted.delete(reservation);
    const { id: conversation, seconds, endedAt } = seen;
    if (!seen.running) {
      await this.#ends.markEnded(store, { reservation, conversation, reason: "upstream", seconds, endedAt });
      return;
    }
    const request = {
      reservation,
      conversation,
      reason: "orphan" as const,
      startedAt: seen.startedAt ?? record.reservedAt,
      maxSeconds: Math.min(seen.maxSeconds ?? record.maxSeconds, record.maxSeconds),
      leaseMs: this.#settings.leaseMs,
    };
    const found = await store.session.update(consumerOf(reservation), ({ state, now }) =>
      importConversation(state, request, now),
    );
    await this.#ends.stop(store, found.record);
  }
}
