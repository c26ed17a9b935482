import type { LedgerRecord } from "@equos-broker/core";
import { redisLedger } from "@equos-broker/redis";
import type { RedisProcess } from "./redis-process.js";

/** What the ledger holds that has not ended, read behind the servers' backs. */
export async function liveRecords(redis: RedisProcess): Promise<readonly LedgerRecord[]> {
  const client = redis.connect();
  try {
    const ledger = redisLedger(client);
    // The books are there: servers have opened them. The proposal is for new ones.
    const { id } = await ledger.open({ nonce: "chaos000", key: "" });
    const records: LedgerRecord[] = [];
    let cursor: string | undefined;
    do {
      const context = { ledger: id, notAfter: Date.now() + 10_000, seen: 0 };
      const answer = await ledger.step("live", { cursor }, context);
      if ("refused" in answer) throw new Error(`the ledger refused to be read: ${answer.refused}`);
      records.push(...answer.result.records);
      cursor = answer.result.cursor;
    } while (cursor !== undefined);
    return records;
  } finally {
    client.disconnect();
  }
}
