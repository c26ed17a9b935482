/** What every list of Equos answers besides its items. */
export interface Page {
  readonly skip: number;
  readonly take: number;
  /** Matches in all, whatever the page. */
  readonly total: number;
}

/** What {@link everyItem} asks a list for. */
export interface PageQuery {
  take?: number | undefined;
  skip?: number | undefined;
  client?: string | undefined;
}

/** What stands in the one array of a page: `EquosBrain` for a `ListEquosBrainsResponse`. */
export type ItemOf<TPage> = {
  [TKey in keyof TPage]: TPage[TKey] extends readonly (infer TItem)[] ? TItem : never;
}[keyof TPage];

/** The most that Equos gives at a time. */
const LARGEST_PAGE = 50;

/**
 * Walks a list to its end, a page at a time, and yields each item once.
 *
 * Equos pages by position and promises no order, so whatever is created or deleted meanwhile moves the items behind it.
 * When `total` changed on the way the list is walked again, until a walk finds nothing new: what was there from the first
 * page to the last is not missed, and deleting items while they are walked is fine.
 *
 * @param list - A list method; of the official SDK's client as `(query) => equos.brains.listBrains(query)`.
 * @param query - `client` limits the list to a segment; `take` is the size of a page, 50 unless given.
 * @throws whatever the list method throws; a `TypeError` when a page has no array in it
 * @example
 * ```ts
 * for await (const brain of everyItem(equos.brains.listBrains, { client: "shop" })) console.log(brain.id);
 * ```
 */
export async function* everyItem<TPage extends Page>(
  list: (query: PageQuery) => Promise<TPage>,
  { take = LARGEST_PAGE, client }: { readonly take?: number; readonly client?: string } = {},
): AsyncGenerator<ItemOf<TPage>, void, undefined> {
  const seen = new Set<unknown>();
  for (let clean = false; !clean; ) {
    clean = true;
    let skip = 0;
    let found = 0;
    let total: number | undefined;
    for (;;) {
      const page = await list({ take, skip, ...(client === undefined ? {} : { client }) });
      const items = itemsOf(page);
      if (total !== undefined && total !== page.total) clean = false;
      total = page.total;
      for (const item of items) {
        const id = idOf(item);
        if (seen.has(id)) continue;
        seen.add(id);
        found += 1;
        yield item;
      }
      skip += items.length;
      if (items.length === 0 || skip >= total) break;
    }
    // Fewer than promised, and none of them new: walking on would find the same.
    if (found === 0) return;
    if (seen.size < total) clean = false;
  }
}

function itemsOf<TPage extends Page>(page: TPage): readonly ItemOf<TPage>[] {
  for (const value of Object.values(page)) {
    // The one array of a page is the one that its type names.
    if (Array.isArray(value)) return value as readonly ItemOf<TPage>[];
  }
  throw new TypeError("everyItem takes a list method of the Equos client: its answer has no array");
}

/** Every resource of Equos has an id; what has none counts as itself. */
const idOf = (item: unknown): unknown => (typeof item === "object" && item !== null && "id" in item ? item.id : item);
