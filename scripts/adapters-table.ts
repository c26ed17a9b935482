import { readFileSync, writeFileSync } from "node:fs";
import { root } from "./workspace.js";

// Writes the table of host × case into docs/adapters.md, from the report of a test run; with --check it only compares.

interface OwnAnswer {
  readonly status: number;
  readonly reason: string;
}

/** What packages/conformance/src/row.ts adds to a test. */
interface Told {
  readonly column: string;
  readonly group: string;
  readonly own?: OwnAnswer;
}

/** The part of vitest's JSON report that is read. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      /** Of the groups around it: the host, its group, and sometimes the beginning of its sentence. */
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly meta?: { readonly conformance?: Told };
    }[];
  }[];
}

/** The order of the columns; one that is missing in the report makes this fail. */
const columns = [
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

const [file = "", mode] = process.argv.slice(2);
const page = `${root}/docs/adapters.md`;
// Vitest's own format.
const report = JSON.parse(readFileSync(file, "utf8")) as Report;

type Outcome = OwnAnswer | "same" | "failed";
type Cells = Map<string, Outcome[]>;

/** Group → case → column → what its hosts did; in the order of the first column that has the case. */
const groups = new Map<string, Map<string, Cells>>();
const told = report.testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .flatMap(({ ancestorTitles, title, status, meta }) => {
    const sentence = [...ancestorTitles.slice(2), title].join(" ");
    return meta?.conformance ? [{ title: sentence, status, ...meta.conformance }] : [];
  })
  .sort((a, b) => columns.indexOf(a.column) - columns.indexOf(b.column));
for (const { title, status, group, column, own } of told) {
  const cases = entryOf(groups, group, () => new Map<string, Cells>());
  const cells = entryOf(cases, title, () => new Map<string, Outcome[]>());
  entryOf(cells, column, () => [] as Outcome[]).push(status === "passed" ? (own ?? "same") : "failed");
}

const present = new Set(
  [...groups.values()].flatMap((cases) => [...cases.values()].flatMap((cells) => [...cells.keys()])),
);
const missing = columns.filter((column) => !present.has(column));
const unknown = [...present].filter((column) => !columns.includes(column));
if (missing.length + unknown.length > 0) {
  throw new Error(
    `Columns without a test: ${missing.join(", ") || "none"}; not in the table: ${unknown.join(", ") || "none"}`,
  );
}

const reasons: string[] = [];
const before = readFileSync(page, "utf8");
const after = before.replace(
  /(<!-- table -->\n)[\s\S]*(<!-- \/table -->)/,
  (_, begin: string, end: string) => `${begin}\n${table()}\n${end}`,
);
if (mode === "--check") {
  if (before !== after) throw new Error("docs/adapters.md is not what this run gives: npx -y pnpm@12 docs:adapters");
  console.log("docs/adapters.md is what this run gives");
} else {
  writeFileSync(page, after);
  console.log(`docs/adapters.md: ${[...groups.values()].reduce((sum, { size }) => sum + size, 0)} cases`);
}

function table(): string {
  const heading = [`| | ${columns.join(" | ")} |`, `|---|${columns.map(() => ":-:").join("|")}|`];
  const rows = [...groups].flatMap(([group, cases]) => [
    `| **${group}** |${" |".repeat(columns.length)}`,
    ...[...cases].map(
      ([title, cells]) => `| ${escaped(title)} | ${columns.map((name) => cell(cells.get(name))).join(" | ")} |`,
    ),
  ]);
  const notes = reasons.map((reason, index) => `${index + 1}. ${reason}`);
  return [...heading, ...rows, "", ...notes, ""].join("\n");
}

/** `✓`: the broker's own answer. A number: the host's own status, and why. Several: hosts of the column differ. */
function cell(outcomes: readonly Outcome[] = []): string {
  const texts = outcomes.map((outcome) => {
    if (outcome === "failed") return "✗";
    if (outcome === "same") return "✓";
    if (!reasons.includes(outcome.reason)) reasons.push(outcome.reason);
    const what = outcome.status === 0 ? "no answer" : outcome.status < 300 ? "✓" : String(outcome.status);
    return `${what}<sup>${reasons.indexOf(outcome.reason) + 1}</sup>`;
  });
  return texts.length === 0 ? "–" : [...new Set(texts)].sort().join(" or ");
}

function escaped(title: string): string {
  return title.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("__", "\\_\\_");
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
