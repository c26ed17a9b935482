import { redisStore } from "@equos-broker/redis";
import type { RedisProcess } from "./redis-process.js";

/** The fields of a stored conversation record that the run reads. */
interface StoredRecord {
  readonly reservation: string;
  readonly status: string;
  readonly conversation?: string;
  readonly reason?: string;
  readonly announcedAt?: number;
}

/** Reads the store without the servers. Returns each record that has not ended, or whose end is not announced. */
export async function openRecords(redis: RedisProcess): Promise<readonly StoredRecord[]> {
  const client = redis.connect();
  try {
    const store = redisStore(client);
    // The servers have opened the store, so the proposal is not used.
    const { id } = await store.open({ nonce: "chaos000", key: "", format: 1 });
    const open: StoredRecord[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list(cursor, { storeId: id, seen: 0 });
      if (page.replaced) throw new Error("The store was replaced while the harness read it");
      for (const { state } of page.states) {
        // Core has written it.
        const { records: stored } = JSON.parse(state) as { readonly records: readonly StoredRecord[] };
        open.push(...stored.filter((record) => record.status !== "ended" || record.announcedAt === undefined));
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    return open;
  } finally {
    client.disconnect();
  }
}
