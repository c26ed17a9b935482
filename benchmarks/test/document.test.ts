import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { documentOf } from "../src/document.js";
import { atMost, exactly, ratio, told } from "../src/figure.js";
import type { Measured } from "../src/measured.js";
import { reportOf } from "../src/report.js";
import { quick } from "../src/scale.js";

const found: readonly Measured[] = [
  {
    name: "servers",
    title: "Servers",
    figures: [
      atMost("CPU per start", 0.412, 0.5, ratio, "  (412.0 µs against 1000.0 µs)"),
      exactly("objects", 3, 0),
      told("Redis", "7"),
    ],
    tables: [{ title: "A start", note: "× is to it", what: "server", columns: [], rows: [] }],
  },
  { name: "resumes", title: "Resumes", figures: [], tables: [], leftOut: "redis-server is not on the path" },
];

describe("docs/benchmarks.md", () => {
  const report = reportOf(found, quick);
  const text = documentOf(report);

  it("has each figure with its target, and says which one is missed", () => {
    expect(text).toContain("| CPU per start | × 0.41 (412.0 µs against 1000.0 µs) | ≤ × 0.50 | ok |");
    expect(text).toContain("| objects | 3 | = 0 | **missed** |");
    expect(text).toContain("| Redis | 7 |  |  |");
    expect(report).toMatchObject({ met: false, verdict: "A target is MISSED." });
  });

  it("has the tables, and says what was left out", () => {
    expect(text).toContain("### A start\n\n× is to it.\n\n| server |");
    expect(text).toContain("Left out: redis-server is not on the path.");
  });

  it("says when and on what it was measured, and not on whose machine", () => {
    expect(text).toContain(report.date);
    expect(text).toContain(`Node ${process.version}`);
    expect(text).toContain("small counts of `--quick`");
    expect(text).not.toContain(hostname());
  });
});

describe("the verdict", () => {
  const leftOut = found.slice(1);

  it("is good where something was left out, but not in CI", () => {
    const before = process.env.CI;
    try {
      delete process.env.CI;
      expect(reportOf(leftOut, quick)).toMatchObject({
        met: true,
        verdict: "All targets that were measured are met.",
      });
      process.env.CI = "true";
      expect(reportOf(leftOut, quick).met).toBe(false);
    } finally {
      if (before === undefined) delete process.env.CI;
      else process.env.CI = before;
    }
  });
});
