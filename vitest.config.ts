import { defineConfig } from "vitest/config";

// Vitest hands these to Node as well, so "import" and the like, which Node decides by itself, must not stand here.
const conditions = ["@equos-broker/source", "node"];

// Where to write the results for a program to read, besides the screen.
const report = process.env.TEST_REPORT;

export default defineConfig({
  // Tests run the sources themselves; only the package checks build.
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
    testTimeout: 20_000,
    reporters: report === undefined ? ["default"] : ["default", "json"],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    restoreMocks: true,
    allowOnly: false,
    typecheck: {
      enabled: true,
      include: ["packages/*/test/**/*.test-d.ts"],
      tsconfig: "./tsconfig.json",
    },
    coverage: { include: ["packages/*/src/**"], exclude: ["**/generated/**"] },
  },
});
