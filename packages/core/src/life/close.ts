import { pause } from "../deadline.js";
import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";

/** How long a closing server goes on trying to stop what Equos does not confirm. */
const CLOSE_SECONDS = 30;

/** Stops every conversation of the ledger, and makes sure of it for as long as a closing server can. */
export async function stopEverything(parts: Parts): Promise<void> {
  const { ledger, clock, logger } = parts;
  for (const { reservation } of await ledger.live()) await ledger.stop(reservation, "shutdown");
  const until = clock.now() + CLOSE_SECONDS * 1000;
  for (;;) {
    const stopping = (await ledger.live()).filter(({ state }) => state === "stopping");
    await Promise.all(stopping.map((record) => stopUpstream(parts, record)));
    const left = (await ledger.live()).filter(({ state }) => state === "stopping");
    if (left.length === 0) return;
    if (clock.now() >= until) {
      logger.error({ left: left.length }, "Equos has not confirmed all stops; these run to their maxSeconds");
      return;
    }
    await pause(clock, 1000);
  }
}
