import type { Awaitable, ConversationStore } from "@equos-broker/core";

/** One store for one test, with the means to change its time and to damage its data. */
export interface StoreSetup {
  /** A store without any data. No other test uses the same data. */
  readonly store: ConversationStore;
  /** Moves the store's clock forward by `ms`. A store whose clock cannot be moved waits. The suite uses at most 300 ms. */
  advance(ms: number): Awaitable<unknown>;
  /** Removes the data and closes all connections of this setup. The suite calls it after each test. */
  close?(): Awaitable<unknown>;
  /** Returns a second client of the same data. Feature `other`. */
  other?(): Awaitable<ConversationStore>;
  /** Runs `write`, then loses all that it wrote and nothing older, as a failover does. Feature `loseLatestWrites`. */
  loseLatestWrites?(write: () => Promise<void>): Awaitable<unknown>;
  /** Removes the state of one consumer and keeps its due time. Feature `loseState`. */
  loseState?(consumer: string): Awaitable<unknown>;
  /** Removes all data, the store's identity included. Feature `replaceData`. */
  replaceData?(): Awaitable<unknown>;
  /** Fills the store's memory, so that it refuses new data. Feature `full`. */
  full?(): Awaitable<unknown>;
}

/**
 * What only some stores have. `shared` is the store's own property. `sequence`: the store counts its writes. The others are
 * hooks of {@link StoreSetup}.
 */
export type StoreFeature = "shared" | "sequence" | "other" | "loseLatestWrites" | "loseState" | "replaceData" | "full";

/** One test of the suite. */
export interface StoreCase {
  readonly name: string;
  /** The test applies only to stores that have these features. */
  readonly needs: readonly StoreFeature[];
  /** Rejects with an error that names the broken rule. */
  run(setup: StoreSetup): Promise<void>;
}

/** `it` of a test runner. Tests that do not apply are reported through `skip`, if the runner has it. */
export interface TestFunction {
  (name: string, test: () => Promise<void>): unknown;
  readonly skip?: (name: string, test: () => Promise<void>) => unknown;
}

/** A test runner: vitest, jest, node:test, mocha, or another one with these two functions. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  readonly it: TestFunction;
}
