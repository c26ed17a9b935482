import { configDefaults, defineConfig } from "vitest/config";

// Vitest hands these to Node as well, so "import" and the like, which Node decides by itself, must not stand here.
const conditions = ["@equos-broker/source", "node"];

// Where to write the results for a program to read, besides the screen.
const report = process.env.TEST_REPORT;

const onNext = "packages/next/test/**/*.test.ts";

export default defineConfig({
  // Tests run the sources themselves; only the package checks, and the Next apps, build.
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 20_000,
    reporters: report === undefined ? ["default"] : ["default", "json"],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    restoreMocks: true,
    allowOnly: false,
    coverage: { include: ["packages/*/src/**"], exclude: ["**/generated/**"] },
    projects: [
      {
        extends: true,
        test: {
          name: "from source",
          include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, onNext],
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
