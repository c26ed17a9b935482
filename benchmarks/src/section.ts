import type { Figure } from "./figure.js";
import type { Scale } from "./scale.js";
import type { Table } from "./table.js";

/** Some figures that are measured together. */
export interface Section {
  /** Its name on the command line. */
  readonly name: string;
  readonly title: string;
  /** It looks at the heap, and must not find another one's garbage on it. */
  readonly needsHeap: boolean;
  /** It starts a `redis-server`. */
  readonly needsRedis: boolean;
  measure(scale: Scale, say: (progress: string) => void, show: (table: Table) => void): Promise<readonly Figure[]>;
}
