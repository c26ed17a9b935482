import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";

/** Goes through all records that have not ended, page by page. */
export async function eachLive(books: Books, task: (record: LedgerRecord) => Promise<void>): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await books.step("live", { cursor });
    await Promise.all(page.records.map(task));
    cursor = page.cursor;
  } while (cursor !== undefined);
}
