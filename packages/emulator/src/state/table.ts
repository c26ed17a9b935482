/** What every resource has. */
export interface Row {
  readonly id: string;
  readonly client?: string | null;
}

/** The resources of one kind, in the order of their creation. */
export class Table<TRow extends Row> {
  readonly #rows = new Map<string, TRow>();
  readonly #changed: () => void;

  /** @param changed - Told of every change. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get(id: string): TRow | undefined {
    return this.#rows.get(id);
  }

  /** A new row goes to the end, a known one stays where it is. */
  put(row: TRow): TRow {
    this.#rows.set(row.id, row);
    this.#changed();
    return row;
  }

  delete(id: string): TRow | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    this.#rows.delete(id);
    this.#changed();
    return row;
  }

  all(): readonly TRow[] {
    return [...this.#rows.values()];
  }

  clear(): void {
    this.#rows.clear();
    this.#changed();
  }
}
