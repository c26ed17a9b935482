import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Parts } from "../parts.js";
import type { SeenConversation } from "../upstream/conversation.js";
import { comeBack, endConversation, stopUpstream } from "./end.js";
import { conversationsOf } from "./scan.js";
import { readTag } from "./tag.js";

/** A list that was gone through in vain is gone through again, ever more rarely, until nothing could still run. */
const pauseMs = (attempts: number): number => Math.min(2 ** Math.max(0, attempts - 1), 60) * 1000;

/** A scan that takes longer than this has died with the request that it ran in, and does not look any more. */
const LOST_MS = 60_000;

interface Scan {
  /** By the clock, in ms. */
  readonly lostAt: number;
  /** By reservation: those that it does not look for, and the next one will. */
  readonly next: Map<string, LedgerRecord>;
}

/** Looks for starts whose outcome is unknown, by name, and stops what is found. All of a segment share one scan. */
export class Finder {
  /** The scan under way, by segment. */
  readonly #scans = new Map<string | undefined, Scan>();

  async find(parts: Parts, books: Books, records: readonly LedgerRecord[]): Promise<void> {
    const segments = new Map<string | undefined, LedgerRecord[]>();
    for (const record of records) {
      // What cannot be read any more is somewhere among all of them.
      const client = (await parts.payloads.read(record, books.id))?.client;
      segments.set(client, [...(segments.get(client) ?? []), record]);
    }
    await Promise.all([...segments].map(([client, wanted]) => this.#scan(parts, books, client, wanted)));
  }

  async #scan(parts: Parts, books: Books, client: string | undefined, records: readonly LedgerRecord[]): Promise<void> {
    const { clock } = parts;
    const former = this.#scans.get(client);
    if (former !== undefined && clock.now() < former.lostAt) {
      for (const record of records) former.next.set(record.reservation, record);
      return;
    }
    let wanted = new Map([...(former?.next ?? []), ...records.map((record) => [record.reservation, record] as const)]);
    let scan: Scan | undefined;
    try {
      while (wanted.size > 0) {
        scan = { lostAt: clock.now() + LOST_MS, next: new Map() };
        this.#scans.set(client, scan);
        await findIn(parts, books, client, wanted);
        wanted = scan.next;
      }
    } finally {
      if (this.#scans.get(client) === scan) this.#scans.delete(client);
    }
  }
}

async function findIn(
  parts: Parts,
  books: Books,
  client: string | undefined,
  wanted: Map<string, LedgerRecord>,
): Promise<void> {
  try {
    for await (const page of conversationsOf(parts.upstream, client)) {
      await Promise.all(page.map((seen) => settle(parts, books, seen, wanted)));
      if (wanted.size === 0) return;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    // Not the segment: it may be named after somebody.
    parts.logger.warn({ error: reason }, "Equos could not be searched for lost conversations; trying again");
  }
  await Promise.all([...wanted.values()].map((record) => comeBack(parts, books, record, pauseMs(record.attempts))));
}

async function settle(
  parts: Parts,
  books: Books,
  seen: SeenConversation,
  wanted: Map<string, LedgerRecord>,
): Promise<void> {
  const tag = readTag(seen.name);
  if (tag?.ledger !== books.id || !wanted.delete(tag.reservation)) return;
  const { reservation } = tag;
  const step = await books.step("found", { reservation, conversation: seen.id, reason: "orphan" });
  if (step === null) return;
  if (seen.running) await stopUpstream(parts, books, step.record);
  else await endConversation(parts, books, step.record, "upstream", seen);
}
