import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { generatedScripts } from "../../scripts/generated.js";

it("src/generated/scripts.ts is the output of `pnpm generate`", () => {
  const committed = readFileSync(new URL("../../src/generated/scripts.ts", import.meta.url), "utf8");
  expect(committed.replaceAll("\r\n", "\n")).toBe(generatedScripts());
});
