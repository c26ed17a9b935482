import { configDefaults, defineConfig } from "vitest/config";
import { fromSource, reporting } from "./vitest.shared.js";

const onNext = "packages/next/test/**/*.test.ts";

// They have configs of their own: vitest.{runtimes,browser,publish}.config.ts.
const onTarballs = ["packages/installed/**", "packages/starters/test/**", "packages/publishing/**"];

export default defineConfig({
  // Only the package checks, the Next apps and what is installed from tarballs are built.
  ...fromSource,
  test: {
    testTimeout: 20_000,
    // Many tests provoke errors that a broker logs; a green run shows none. What a suite skips is told by `notice`.
    silent: "passed-only",
    ...reporting,
    restoreMocks: true,
    allowOnly: false,
    coverage: { include: ["packages/*/src/**"], exclude: ["**/generated/**"] },
    projects: [
      {
        extends: true,
        test: {
          name: "from source",
          include: [
            "packages/*/test/**/*.test.ts",
            "packages/starters/unit/**/*.test.ts",
            "examples/*/test/**/*.test.ts",
            "scripts/test/**/*.test.ts",
            "benchmarks/test/**/*.test.ts",
          ],
          exclude: [...configDefaults.exclude, onNext, ...onTarballs],
          typecheck: {
            enabled: true,
            include: ["packages/*/test/**/*.test-d.ts"],
            tsconfig: "./tsconfig.json",
          },
        },
      },
      {
        extends: true,
        test: {
          name: "on Next",
          include: [onNext],
          // Builds the apps, when tests of this project are among those that run, and only what has changed.
          globalSetup: "packages/next/test/support/build.ts",
          // As in `next start`: Next's production server runs inside some of these tests.
          env: { NODE_ENV: "production" },
        },
      },
    ],
  },
});
