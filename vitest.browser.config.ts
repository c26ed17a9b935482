import { defineConfig } from "vitest/config";
import { fromSource, reporting } from "./vitest.shared.js";

/** The starters, copied, installed, started, and used in Chromium with a LiveKit server. Apart because of what that takes. */
export default defineConfig({
  ...fromSource,
  test: {
    include: ["packages/starters/test/**/*.test.ts"],
    globalSetup: "packages/installed/src/setup.ts",
    ...reporting,
    allowOnly: false,
    testTimeout: 90_000,
    hookTimeout: 600_000,
    // A browser, two media servers and a video each.
    maxWorkers: 1,
  },
});
