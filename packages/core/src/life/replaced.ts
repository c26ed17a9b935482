import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";
import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";

/**
 * Whether a consumer's former conversation has stopped, for sure. One that others have tried in vain to stop is left to
 * the sweep's pauses, and only waited for.
 */
export async function hasStopped(parts: Parts, books: Books, record: LedgerRecord): Promise<boolean> {
  const { reservation, attempts } = record;
  const mine = attempts <= 1 && !parts.stops.wasInVain(reservation);
  if (mine || parts.stops.underWay(reservation)) return (await stopUpstream(parts, books, record)) === "ended";
  const until = parts.clock.now() + parts.timeouts.stopSeconds * 1000;
  while (parts.clock.now() < until) {
    const { records } = await books.step("lookUp", { reservations: [reservation] });
    if (records[0] === undefined || records[0].state === "ended") return true;
    await parts.settling.maybe(reservation);
  }
  return false;
}
