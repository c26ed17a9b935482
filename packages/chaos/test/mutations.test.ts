import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { mutations } from "../src/mutation-table.js";
import { failures, inShort } from "../src/test-report.js";
import { patched } from "../src/workspace-copy.js";

const root = new URL("../../../", import.meta.url);

it("every patch applies to the sources as they are", () => {
  for (const patch of mutations.flatMap(({ patches }) => patches)) {
    const text = readFileSync(new URL(patch.file, root), "utf8");
    expect(patched(text, patch)).not.toBe(text);
  }
});

it("refuses a text that is not there, or there twice", () => {
  const patch = { file: "a.ts", find: "b", replace: "c" };
  expect(patched("abd", patch)).toBe("acd");
  expect(() => patched("ad", patch)).toThrow("a.ts does not hold");
  expect(() => patched("abbd", patch)).toThrow("2 times");
});

it("names the tests that failed", () => {
  const test = (fullName: string, status: string) => ({ fullName, status });
  const file = (status: string, ...assertionResults: object[]) => ({ status, assertionResults, message: "broken" });
  const report = (...testResults: object[]) => failures(JSON.stringify({ testResults }));
  expect(report(file("failed", test("a", "passed"), test("b", "failed"), test("c", "failed")))).toEqual(["b", "c"]);
  expect(report(file("passed", test("a", "passed")), file("failed"))).toEqual(["broken"]);
  expect([inShort(["b"]), inShort(["b", "c"])]).toEqual(["b", "b, and 1 more"]);
});
