import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./workspace.js";

// Runs the conformance suite on every host, and writes the table of docs/adapters.md from what it did.

const folder = mkdtempSync(join(tmpdir(), "equos-broker-conformance-"));
const report = join(folder, "report.json");
try {
  process.env.TEST_REPORT = report;
  const tests = ["express", "fastify", "next"].map((name) => `packages/${name}/test/conformance`);
  await run(`${root}/node_modules/.bin/vitest`, ["run", ...tests, "packages/conformance/test/hosts"]);
  await run(`${root}/node_modules/.bin/tsx`, ["scripts/adapters-table.ts", report]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
