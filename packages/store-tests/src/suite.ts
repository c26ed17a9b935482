import type { Awaitable } from "@equos-broker/core";
import { check } from "./assert.js";
import { dueCases } from "./cases/due.js";
import { identityCases } from "./cases/identity.js";
import { limitCases } from "./cases/limits.js";
import { lossCases } from "./cases/losses.js";
import { refusalCases } from "./cases/refusals.js";
import { saveCases } from "./cases/save.js";
import { timeCases } from "./cases/time.js";
import type { StoreCase, StoreFeature, StoreSetup, TestRunner } from "./types.js";

/** All tests of the suite, for use without a test runner. Each needs a setup of its own. */
export const storeCases: readonly StoreCase[] = [
  ...identityCases,
  ...saveCases,
  ...refusalCases,
  ...limitCases,
  ...dueCases,
  ...timeCases,
  ...lossCases,
];

/**
 * Defines the tests that every store must pass. A test that needs a feature which is not listed is reported as skipped,
 * with the feature in its name; a runner without `it.skip` does not get it.
 *
 * @param createSetup returns a store without data; called once for each test
 * @param options `features`: what the store and the setup offer
 * @example
 * ```ts
 * import { testStore } from "@equos-broker/store-tests";
 * import { describe, it } from "vitest";
 *
 * testStore({ describe, it }, async () => {
 *   const { store, advance, close } = await emptyStore();
 *   return { store, advance, close };
 * });
 * ```
 */
export function testStore(
  { describe, it }: TestRunner,
  createSetup: () => Awaitable<StoreSetup>,
  options: { readonly features?: readonly StoreFeature[] | undefined } = {},
): void {
  const { features = [] } = options;
  describe("conversation store", () => {
    for (const { name, needs, run } of storeCases) {
      const missing = needs.filter((feature) => !features.includes(feature));
      const test = async () => {
        const setup = await createSetup();
        try {
          checkFeatures(setup, features);
          await run(setup);
        } finally {
          await setup.close?.();
        }
      };
      if (missing.length === 0) it(name, test);
      else it.skip?.(`${name} (not applicable without: ${missing.join(", ")})`, test);
    }
  });
}

/** Throws if the listed features are not those of the setup, so that no test is left out by mistake. */
function checkFeatures(setup: StoreSetup, features: readonly StoreFeature[]): void {
  const isShared = setup.store.shared;
  check(isShared === features.includes("shared"), `options.features must list "shared" if and only if store.shared`);
  for (const hook of ["other", "loseLatestWrites", "loseState", "replaceData", "full"] as const) {
    const isListed = features.includes(hook);
    check(
      isListed === (setup[hook] !== undefined),
      `options.features must list "${hook}" if and only if the setup has it`,
    );
  }
}
