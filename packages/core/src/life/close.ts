import { pause, timeOver, within } from "../deadline.js";
import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";
import { eachLive } from "./live.js";
import type { Sweep } from "./sweep.js";

/** A closing server has so long to stop what Equos does not confirm. */
export const CLOSE_SECONDS = 30;

/**
 * Brings what was promised to its end, for as long as a closing server can: stops that are not confirmed, leaves whose
 * grace runs, and with `everything` all other conversations of the ledger too. What other servers of a shared ledger
 * will see to is left to them, but for `everything`. Begins nothing more after `seconds`.
 */
export async function finish(
  parts: Parts,
  sweep: Sweep,
  { shared, everything, seconds }: { shared: boolean; everything: boolean; seconds: number },
): Promise<void> {
  try {
    const until = parts.clock.now() + seconds * 1000;
    const ended = await within(parts.clock, seconds, bringToEnd(parts, sweep, shared, everything, until));
    if (ended === timeOver) {
      parts.logger.error({}, "Closed before all stops were confirmed; what still runs does so to its maxSeconds");
    }
  } catch (error) {
    if (everything) throw error;
    const reason = error instanceof Error ? error.message : "unknown";
    parts.logger.error({ error: reason }, "Closed without the ledger: what is due there waits for another server");
  }
}

async function bringToEnd(
  parts: Parts,
  sweep: Sweep,
  shared: boolean,
  everything: boolean,
  until: number,
): Promise<void> {
  const { clock, logger } = parts;
  const books = await parts.books();
  if (everything) {
    await eachLive(books, async ({ reservation }) => {
      if (clock.now() >= until) return;
      const step = await books.step("stop", { claim: { reservation }, reason: "shutdown" });
      if (step.claim === "found" && step.moved) await stopUpstream(parts, books, step.record);
    });
  }
  const giveUpAt = Math.min(until, clock.now() + CLOSE_SECONDS * 1000);
  while (clock.now() < giveUpAt) {
    await sweep.begin();
    await sweep.finish();
    if ((shared && !everything) || (await open(books)) === 0) return;
    await pause(clock, 1000);
  }
  logger.error({ left: await open(books) }, "Equos has not confirmed all stops; these run to their maxSeconds");
}

async function open(books: Books): Promise<number> {
  let count = 0;
  await eachLive(books, async ({ state, leaveAt }: LedgerRecord) => {
    if (state === "stopping" || (state === "running" && leaveAt !== undefined)) count += 1;
  });
  return count;
}
