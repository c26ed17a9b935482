import { readFileSync, writeFileSync } from "node:fs";
import { conformanceTable } from "./conformance-table.js";
import { frameworksTable } from "./frameworks-table.js";
import { testsIn } from "./report.js";
import { root } from "./workspace.js";

// Writes the tables of docs/adapters.md from the reports of test runs; with --check it only compares.

const hosts = [
  "Express 4",
  "Express 4 behind a parser",
  "Express 5",
  "Express 5 behind a parser",
  "Fastify 5",
  "Next 15",
  "Next 16",
  "Next 16, Pages API",
  "node:http",
  "web-standard",
];
const runtimes = ["Node 20", "Node 22", "Node 24", "Node 26", "Bun", "Deno", "workerd"];

const files = process.argv.slice(2).filter((argument) => argument !== "--check");
const tests = testsIn(files);
const tables = {
  hosts: conformanceTable(tests, hosts),
  runtimes: conformanceTable(tests, runtimes),
  frameworks: frameworksTable(tests),
};
const known = [...hosts, ...runtimes];
const unknown = tests.find(({ meta }) => meta?.conformance && !known.includes(meta.conformance.column));
if (unknown) throw new Error(`Not in any table: ${unknown.meta?.conformance?.column}`);

const page = `${root}/docs/adapters.md`;
const before = readFileSync(page, "utf8");
let after = before;
for (const [name, table] of Object.entries(tables)) {
  const place = new RegExp(`(<!-- table: ${name} -->\\n)[\\s\\S]*?(<!-- /table -->)`);
  if (!place.test(after)) throw new Error(`docs/adapters.md has no place for the table ${name}`);
  after = after.replace(place, (_, begin: string, end: string) => `${begin}\n${table}\n${end}`);
}
if (!process.argv.includes("--check")) {
  writeFileSync(page, after);
  console.log("docs/adapters.md is written");
} else {
  if (before !== after) throw new Error("docs/adapters.md is not what this run gives: npx -y pnpm@12 docs:adapters");
  console.log("docs/adapters.md is what this run gives");
}
