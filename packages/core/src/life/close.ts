import { pause } from "../deadline.js";
import type { LedgerRecord } from "../ledger/ledger.js";
import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";

/** How long a closing server goes on trying to stop what Equos does not confirm. */
const CLOSE_SECONDS = 30;

/**
 * Brings what was promised to its end, for as long as a closing server can: stops that are not confirmed, leaves whose
 * grace runs, and with `everything` all other conversations of the ledger too.
 */
export async function finish(parts: Parts, everything: boolean): Promise<void> {
  const { ledger, clock, logger } = parts;
  if (everything) for (const { reservation } of await ledger.live()) await ledger.stop(reservation, "shutdown");
  const until = clock.now() + CLOSE_SECONDS * 1000;
  for (;;) {
    await ledger.due(1000);
    await Promise.all((await open(parts)).map((record) => stopUpstream(parts, record)));
    const left = await open(parts);
    if (left.length === 0) return;
    if (clock.now() >= until) {
      logger.error({ left: left.length }, "Equos has not confirmed all stops; these run to their maxSeconds");
      return;
    }
    await pause(clock, 1000);
  }
}

async function open({ ledger }: Parts): Promise<readonly LedgerRecord[]> {
  const live = await ledger.live();
  return live.filter(({ state, leaveAt }) => state === "stopping" || (state === "running" && leaveAt !== undefined));
}
