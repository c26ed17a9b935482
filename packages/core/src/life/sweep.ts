import type { Parts } from "../parts.js";
import { stopUpstream } from "./end.js";

const BATCH = 100;
const AT_ONCE = 10;

/** Does what time has made due, and says whether more will be. */
export async function sweepOnce(parts: Parts): Promise<boolean> {
  for (;;) {
    const { records, pending } = await parts.ledger.due(BATCH);
    for (let start = 0; start < records.length; start += AT_ONCE) {
      await Promise.all(records.slice(start, start + AT_ONCE).map((record) => stopUpstream(parts, record)));
    }
    if (records.length < BATCH) return pending;
  }
}
