import { defineConfig } from "vitest/config";
import { fromSource, reporting } from "./vitest.shared.js";

/**
 * Releases of a copy of this tree into a registry on this machine, the READMEs' quickstarts with what is there then, and clients
 * generated from `docs/openapi.yaml`.
 */
export default defineConfig({
  ...fromSource,
  test: {
    include: ["packages/publishing/test/**/*.test.ts"],
    ...reporting,
    allowOnly: false,
    testTimeout: 240_000,
    hookTimeout: 600_000,
    // One release after the other.
    maxWorkers: 1,
    sequence: { concurrent: false, shuffle: false },
  },
});
