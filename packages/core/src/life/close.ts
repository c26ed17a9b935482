import { pause } from "../deadline.js";
import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";
import { eachLive } from "./live.js";
import type { Sweep } from "./sweep.js";

/** How long a closing server goes on trying to stop what Equos does not confirm. */
const CLOSE_SECONDS = 30;

/**
 * Brings what was promised to its end, for as long as a closing server can: stops that are not confirmed, leaves whose
 * grace runs, and with `everything` all other conversations of the ledger too. What other servers of a shared ledger
 * will see to is left to them, but for `everything`.
 */
export async function finish(parts: Parts, sweep: Sweep, shared: boolean, everything: boolean): Promise<void> {
  try {
    await bringToEnd(parts, sweep, shared, everything);
  } catch (error) {
    if (everything) throw error;
    const reason = error instanceof Error ? error.message : "unknown";
    parts.logger.error({ error: reason }, "Closed without the ledger: what is due there waits for another server");
  }
}

async function bringToEnd(parts: Parts, sweep: Sweep, shared: boolean, everything: boolean): Promise<void> {
  const { clock, logger } = parts;
  const books = await parts.books();
  if (everything) {
    await eachLive(books, async ({ reservation }) => {
      const step = await books.step("stop", { claim: { reservation }, reason: "shutdown" });
      if (step.claim === "found" && step.moved) await stopUpstream(parts, books, step.record);
    });
  }
  const until = clock.now() + CLOSE_SECONDS * 1000;
  while (clock.now() < until) {
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
