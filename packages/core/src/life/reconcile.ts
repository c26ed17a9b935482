import { BrokerError } from "../errors.js";
import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Parts } from "../parts.js";
import type { SeenConversation } from "../upstream/conversation.js";
import { adopt, stopOrphan } from "./adopt.js";
import { happened } from "./announce.js";
import { endConversation } from "./end.js";
import { eachLive } from "./live.js";
import { conversationsOf } from "./scan.js";
import { segmentsThatMayRun } from "./segments.js";
import { openedAt, readTag, type Tag } from "./tag.js";

/** Options of `broker.reconcile`. */
export interface ReconcileOptions {
  /** Only tells what would be done. */
  readonly dryRun?: boolean | undefined;
}

/** What a reconcile has done, or would do; ids are upstream's. */
export interface ReconcileReport {
  readonly dryRun: boolean;
  /** Running conversations of this deployment at Equos. */
  readonly running: number;
  /** Ran without being in the ledger, with nobody in it. */
  readonly stopped: readonly string[];
  /** Ran without being in the ledger, and somebody had joined. */
  readonly adopted: readonly string[];
  /** Ran in the ledger, and no longer at Equos. */
  readonly ended: readonly string[];
  /** Belong to books that were opened later than ours: another installation of the same name. Nothing was done. */
  readonly clashes: readonly string[];
}

/** A conversation of this deployment that runs upstream. */
interface Found {
  readonly seen: SeenConversation;
  readonly tag: Tag;
}

/**
 * Compares what runs upstream with the books, and repairs. Lists first and looks into the books afterwards: a reservation
 * is written before its conversation is created, so what is listed and not in the books then is in none.
 *
 * @throws BrokerError `deployment-missing`, `ledger-unavailable`, any `upstream-…`
 */
export async function reconcile(
  parts: Parts,
  books: Books,
  { dryRun = false }: ReconcileOptions,
): Promise<ReconcileReport> {
  const { deployment } = parts.options;
  if (deployment === undefined) {
    const hint = "reconcile needs the option deployment, to tell what is its own";
    throw new BrokerError("deployment-missing", { hint });
  }
  const report = {
    dryRun,
    running: 0,
    stopped: [] as string[],
    adopted: [] as string[],
    ended: [] as string[],
    clashes: [] as string[],
  };
  const found = await runningOf(parts, deployment);
  report.running = found.size;
  const known = await recordsOf(books, [...found.values()]);
  for (const { seen, tag } of found.values()) {
    if (tag.ledger === books.id && known.has(tag.reservation)) {
      await seeToKnown(parts, seen, known.get(tag.reservation), report);
    } else if (tag.ledger !== books.id && openedAt(tag.ledger) > openedAt(books.id)) {
      report.clashes.push(seen.id);
      if (!dryRun)
        parts.emit({ ...happened(parts), type: "deployment.clash", conversation: seen.id, ledger: tag.ledger });
    } else if (seen.joined) {
      report.adopted.push(seen.id);
      if (!dryRun) await adopt(parts, books, seen, tag);
    } else {
      report.stopped.push(seen.id);
      if (!dryRun) await stopOrphan(parts, books, seen, tag);
    }
  }
  await seeToTheRest(parts, books, found, report);
  return report;
}

/** By upstream's id, so that a conversation which moves while it is listed counts once. */
async function runningOf(parts: Parts, deployment: string): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (const segment of segmentsThatMayRun(parts)) {
    for await (const page of conversationsOf(parts.upstream, segment)) {
      for (const seen of page) {
        const tag = readTag(seen.name);
        if (seen.running && tag?.deployment === deployment) found.set(seen.id, { seen, tag });
      }
    }
  }
  return found;
}

const CHUNK = 100;

async function recordsOf(books: Books, found: readonly Found[]): Promise<Map<string, LedgerRecord>> {
  const reservations = found.filter(({ tag }) => tag.ledger === books.id).map(({ tag }) => tag.reservation);
  const known = new Map<string, LedgerRecord>();
  for (let from = 0; from < reservations.length; from += CHUNK) {
    const { records } = await books.step("lookUp", { reservations: reservations.slice(from, from + CHUNK) });
    for (const record of records) known.set(record.reservation, record);
  }
  return known;
}

/** A record in any other state is in somebody's hands, or will come up in time. */
async function seeToKnown(
  { upstream }: Parts,
  seen: SeenConversation,
  record: LedgerRecord | undefined,
  report: { readonly dryRun: boolean; readonly stopped: string[] },
): Promise<void> {
  if (record?.state !== "ended") return;
  // It may have ended since it was listed.
  if ((await upstream.look(seen.id)).says !== "running") return;
  report.stopped.push(seen.id);
  if (!report.dryRun) await upstream.stop(seen.id);
}

/** What the books say runs, and the lists did not show: asked for one by one, since lists may move while they are read. */
async function seeToTheRest(
  parts: Parts,
  books: Books,
  found: ReadonlyMap<string, Found>,
  report: { readonly dryRun: boolean; readonly ended: string[] },
): Promise<void> {
  await eachLive(books, async (record) => {
    const { state, conversation } = record;
    if (state !== "running" || conversation === undefined || found.has(conversation)) return;
    const look = await parts.upstream.look(conversation);
    if (look.says !== "over" && look.says !== "nothing") return;
    report.ended.push(conversation);
    if (report.dryRun) return;
    await endConversation(parts, books, record, "upstream", look.says === "over" ? look.conversation : {});
  });
}
