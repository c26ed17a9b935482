import { entryOf } from "./entry-of.js";
import type { OwnAnswer, ReportedTest } from "./report.js";

type Outcome = OwnAnswer | "same" | "failed";
type Cells = Map<string, Outcome[]>;

/** Case × host, as the suite found it. A column that is missing in the report makes this fail. */
export function conformanceTable(tests: readonly ReportedTest[], columns: readonly string[]): string {
  /** Group → case → column → what its hosts did; in the order of the first column that has the case. */
  const groups = new Map<string, Map<string, Cells>>();
  const told = tests
    .flatMap(({ ancestorTitles, title, status, meta }) => {
      const sentence = [...ancestorTitles.slice(2), title].join(" ");
      return meta?.conformance ? [{ title: sentence, status, ...meta.conformance }] : [];
    })
    .filter(({ column }) => columns.includes(column))
    .sort((a, b) => columns.indexOf(a.column) - columns.indexOf(b.column));
  for (const { title, status, group, column, own } of told) {
    const cases = entryOf(groups, group, () => new Map<string, Cells>());
    const cells = entryOf(cases, title, () => new Map<string, Outcome[]>());
    entryOf(cells, column, () => [] as Outcome[]).push(status === "passed" ? (own ?? "same") : "failed");
  }
  const missing = columns.filter((column) => told.every((each) => each.column !== column));
  if (missing.length > 0) throw new Error(`Columns without a test: ${missing.join(", ")}`);

  const reasons: string[] = [];
  const rows = [...groups].flatMap(([group, cases]) => [
    `| **${group}** |${" |".repeat(columns.length)}`,
    ...[...cases].map(
      ([title, cells]) =>
        `| ${escaped(title)} | ${columns.map((name) => cell(cells.get(name), reasons)).join(" | ")} |`,
    ),
  ]);
  const heading = [`| | ${columns.join(" | ")} |`, `|---|${columns.map(() => ":-:").join("|")}|`];
  return [...heading, ...rows, "", ...reasons.map((reason, index) => `${index + 1}. ${reason}`), ""].join("\n");
}

/** `✓`: the broker's own answer. A number: the host's own status, and why. Several: hosts of the column differ. */
function cell(outcomes: readonly Outcome[] = [], reasons: string[]): string {
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
