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

/** Walks in a row that were disturbed and found nothing new, after which it is enough. */
const VAIN_WALKS = 5;

/**
 * Walks a list to its end, a page at a time, and yields each item once.
 *
 * Equos pages by position, so whatever is created or deleted meanwhile moves the items behind it. Each page therefore begins
 * with the last item of the one before; where it does not, the list is walked again. What was there from the first page to
 * the last is not missed, and deleting items while they are walked is fine.
 *
 * @param list - A list method; of the official SDK's client as `(query) => equos.brains.listBrains(query)`.
 * @param query - `client` limits the list to a segment; `take` is the size of a page, from 2 to 50, 50 unless given.
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
  // A page of one could not overlap.
  const size = Math.max(2, take);
  for (let vain = 0; vain < VAIN_WALKS; ) {
    let isDisturbed = false;
    let found = 0;
    let last: unknown;
    for (let skip = 0; ; ) {
      const page = await list({ take: size, skip, ...(client === undefined ? {} : { client }) });
      const items = itemsOf(page);
      const [first] = items;
      if (skip > 0 && (first === undefined || idOf(first) !== last)) isDisturbed = true;
      for (const item of items) {
        const id = idOf(item);
        if (seen.has(id)) continue;
        seen.add(id);
        found += 1;
        yield item;
      }
      last = idOf(items.at(-1));
      // A server that gives fewer than was asked for has its own idea of a page.
      const next = skip + Math.max(1, items.length - 1);
      if (items.length === 0 || skip + items.length >= page.total) break;
      skip = next;
    }
    if (!isDisturbed) return;
    vain = found === 0 ? vain + 1 : 0;
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
