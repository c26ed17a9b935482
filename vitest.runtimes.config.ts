import { defineConfig } from "vitest/config";
import { fromSource, reporting } from "./vitest.shared.js";

/**
 * What teams install, in place of the sources: each package is packed, and used from there by every runtime, framework and
 * kind of project. Apart from the other tests because the runtimes alone are 600 MB to fetch.
 */
export default defineConfig({
  ...fromSource,
  test: {
    include: ["packages/installed/test/**/*.test.ts"],
    globalSetup: "packages/installed/src/setup.ts",
    ...reporting,
    allowOnly: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
