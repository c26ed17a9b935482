import { describe, expect, it } from "vitest";
import { type StoreFeature, storeCases, testStore } from "../src/index.js";
import { allFeatures } from "./support/features.js";
import { plainSetup } from "./support/plain-store.js";

// Without `it.skip`: CI fails on a skipped test, and these do not apply.
const runner = { describe, it: (name: string, test: () => Promise<void>) => it(name, test) };

describe("a store in one process", () => testStore(runner, () => plainSetup(false)));

describe("a shared store", () => testStore(runner, () => plainSetup(true), { features: allFeatures }));

it("gives each case a name of its own", () => {
  expect(new Set(storeCases.map(({ name }) => name)).size).toBe(storeCases.length);
});

/** Records what a suite defines, and runs it. */
async function results(features: readonly StoreFeature[], hasSkip: boolean, setup = () => plainSetup(true)) {
  const skipped: string[] = [];
  const tests: (() => Promise<void>)[] = [];
  const define = (_: string, test: () => Promise<void>) => tests.push(test);
  const skip = (name: string) => skipped.push(name);
  testStore({ describe: (_, body) => body(), it: hasSkip ? Object.assign(define, { skip }) : define }, setup, {
    features,
  });
  const settled = await Promise.allSettled(tests.map((test) => test()));
  const errors = settled.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : []));
  return { skipped, count: tests.length, errors: [...new Set(errors)] };
}

it("reports a test that needs a missing feature as skipped, if the runner can", async () => {
  const { skipped, count } = await results(["shared"], true);
  expect(skipped).toContain("losses: a due entry without its state is noticed (not applicable without: loseState)");
  expect(count + skipped.length).toBe(storeCases.length);
  expect((await results(["shared"], false)).count).toBe(count);
});

it("refuses features that are not those of the setup", async () => {
  const { errors } = await results(allFeatures.slice(1), true);
  expect(errors).toEqual(['Error: options.features must list "shared" if and only if store.shared']);
  const other = await results(
    allFeatures.filter((feature) => feature !== "full"),
    true,
  );
  expect(other.errors).toEqual(['Error: options.features must list "full" if and only if the setup has it']);
});

it("closes each setup, also after a failure", async () => {
  let open = 0;
  const setup = () => {
    open += 1;
    return {
      ...plainSetup(true),
      close: () => {
        open -= 1;
      },
    };
  };
  expect((await results(allFeatures, true, setup)).errors).toEqual([]);
  await results([], true, setup);
  expect(open).toBe(0);
});
