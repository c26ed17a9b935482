/** A binary heap of (time, key): the earliest first, both operations in O(log n). */
export class DueQueue {
  #heap: { readonly at: number; readonly key: string }[] = [];

  get size(): number {
    return this.#heap.length;
  }

  push(at: number, key: string): void {
    const heap = this.#heap;
    const item = { at, key };
    let index = heap.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || parent.at <= at) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = item;
  }

  clear(): void {
    this.#heap = [];
  }

  /** Takes the earliest item whose time has come. */
  popDue(now: number): { readonly at: number; readonly key: string } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  /** Puts an item into the empty place at the top and lets it sink. */
  #sink(item: { readonly at: number; readonly key: string }): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const smaller = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (smaller === undefined || smaller.at >= item.at) break;
      heap[index] = smaller;
      index = smaller === left ? 2 * index + 1 : 2 * index + 2;
    }
    heap[index] = item;
  }
}
