import type { OwnAnswer } from "./host.js";

/** What a test tells the table of `docs/adapters.md`, besides its name and outcome. */
export interface Row {
  readonly column: string;
  readonly group: string;
  readonly own?: OwnAnswer | undefined;
}

declare module "vitest" {
  interface TaskMeta {
    conformance?: Row;
  }
}
