import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { help } from "../src/command/command-line.js";
import { completeSwitches, switchNames } from "../src/switches.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const page = readFileSync(new URL("../../../docs/emulator.md", import.meta.url), "utf8");

/** Name and default of each row of a table of switches. */
const rowsOf = (text: string) =>
  [...text.matchAll(/^\| `(\w+)`\s*\| ([^|]+?)\s*\|/gm)].map(([, name = "", value = ""]): [string, string] => [
    name,
    value.replaceAll("`", ""),
  ]);

describe.each([
  ["the README", readme],
  ["docs/emulator.md", page],
])("%s", (_, text) => {
  it("lists every switch, and no other, with its default", () => {
    const rows = rowsOf(text).filter(([name]) => name in switchNames);
    expect(rows.map(([name]) => name)).toEqual(Object.keys(switchNames));
    const defaults = completeSwitches();
    for (const [name, told] of rows) {
      const value: unknown = Reflect.get(defaults, name);
      if (typeof value !== "object") expect(told).toBe(JSON.stringify(value));
    }
  });
});

it("the page tells every value that a switch takes", () => {
  for (const [name, takes] of Object.entries(switchNames)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${name}\``)) ?? "";
    for (const [value] of takes.matchAll(/"[\w-]+"/g)) {
      const isDefault = row.includes(`| \`${value}\` |`);
      if (!isDefault) expect(row).toMatch(new RegExp(`${value}|"?${value.slice(1, -1)}\\b`));
    }
  }
});

it("the README tells every option of the command", () => {
  for (const [option] of help.matchAll(/--[a-z-]+/g)) if (option !== "--help") expect(readme).toContain(option);
});
