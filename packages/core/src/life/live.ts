import type { Books } from "../ledger/books.js";
import type { LedgerRecord } from "../ledger/record.js";

/** So many at a time, for a task may ask Equos. */
const AT_ONCE = 20;

/** Goes through all records that have not ended, page by page. */
export async function eachLive(books: Books, task: (record: LedgerRecord) => Promise<void>): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await books.step("live", { cursor });
    for (let from = 0; from < page.records.length; from += AT_ONCE) {
      await Promise.all(page.records.slice(from, from + AT_ONCE).map(task));
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}
