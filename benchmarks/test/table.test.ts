import { describe, expect, it } from "vitest";
import { markdown, plain, type Table } from "../src/table.js";

const table: Table = {
  title: "A start",
  note: "× is to the docs' route: start",
  what: "server",
  columns: [
    { title: "CPU µs", digits: 0 },
    { title: "×", digits: 2 },
  ],
  rows: [
    { name: "the docs' route", values: [1234.4, 1] },
    { name: "a | b", values: [98.6, null] },
  ],
};

describe("a table", () => {
  it("is written for GitHub: numbers to the right, pipes escaped, a dash for what was not measured", () => {
    expect(markdown(table)).toBe(
      ["| server | CPU µs | × |", "|---|---:|---:|", "| the docs' route | 1,234 | 1.00 |", "| a \\| b | 99 | – |"].join(
        "\n",
      ),
    );
  });

  it("is printed in columns that stand in line", () => {
    expect(plain(table)).toBe(
      [
        "  A start (× is to the docs' route: start)",
        "  server           CPU µs     ×",
        "  the docs' route   1,234  1.00",
        "  a | b                99     –",
      ].join("\n"),
    );
  });
});
