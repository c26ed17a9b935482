import { entryOf } from "./entry-of.js";
import type { ReportedTest } from "./report.js";

/** Framework × what was tried on it. */
export function frameworksTable(tests: readonly ReportedTest[]): string {
  const rows = new Map<string, Map<string, string>>();
  for (const { title, status, meta } of tests) {
    if (meta?.framework === undefined) continue;
    const { name, version, instead = "✓" } = meta.framework;
    entryOf(rows, `${name} | ${version}`, () => new Map<string, string>()).set(
      title,
      status === "passed" ? instead : "✗",
    );
  }
  const checks = [...new Set([...rows.values()].flatMap((cells) => [...cells.keys()]))];
  if (checks.length === 0) throw new Error("No framework was tried");
  const heading = [`| | version | ${checks.join(" | ")} |`, `|---|---|${checks.map(() => ":-:").join("|")}|`];
  const lines = [...rows]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, cells]) => `| ${name} | ${checks.map((check) => cells.get(check) ?? "–").join(" | ")} |`);
  return [...heading, ...lines, ""].join("\n");
}
