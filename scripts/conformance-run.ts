import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./workspace.js";

// Runs the conformance suite on every host and runtime, and the smokes of the frameworks, and writes the tables of
// docs/adapters.md from what they did.

const folder = mkdtempSync(join(tmpdir(), "equos-broker-conformance-"));
const [hosts, installed] = [join(folder, "hosts.json"), join(folder, "installed.json")];
const vitest = async (report: string, args: readonly string[]) => {
  process.env.TEST_REPORT = report;
  await run(`${root}/node_modules/.bin/vitest`, ["run", ...args]);
};
try {
  const adapters = ["express", "fastify", "next"].map((name) => `packages/${name}/test/conformance`);
  await vitest(hosts, [...adapters, "packages/conformance/test/hosts"]);
  const config = ["--config", "vitest.runtimes.config.ts"];
  await vitest(installed, [...config, "packages/installed/test/runtimes", "packages/installed/test/frameworks"]);
  await run(`${root}/node_modules/.bin/tsx`, ["scripts/adapters-table.ts", hosts, installed]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
