import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { root } from "../workspace.js";

const read = (file: string) => readFileSync(`${root}/${file}`, "utf8");

/** The lowest version that one of a range's alternatives begins with: `^20.19.0 || >=22` begins with 20.19. */
function beginOf(range: string): number {
  const begins = range.split("||").map((part) => {
    const [, major = "0", minor = "0"] = /(\d+)(?:\.(\d+))?/.exec(part) ?? [];
    return Number(major) * 1_000 + Number(minor);
  });
  return Math.min(...begins);
}

it("no dependency asks for a newer Node than the workspace does: pnpm would warn of it at every install", () => {
  const oldest = beginOf(JSON.parse(read("package.json")).engines.node);
  const packages = Object.entries<{ engines?: { node?: string } }>(parse(read("pnpm-lock.yaml")).packages);
  const newer = packages.flatMap(([name, { engines }]) => (beginOf(engines?.node ?? "0") > oldest ? [name] : []));
  expect(newer).toEqual([]);
});
