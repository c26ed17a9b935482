import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { binaryOf, runtimes } from "../../src/runtimes/runtime.js";
import { run } from "../run.js";

const page = readFileSync(new URL("../../../../docs/adapters.md", import.meta.url), "utf8");
const row = page.split("\n").find((line) => line.startsWith("| web-standard servers |")) ?? "";

it.each(runtimes)("docs/adapters.md says which $name was tested", async (runtime) => {
  const { printed } = await run(await binaryOf(runtime), ["--version"], "/");
  // v20.20.2, 1.4.5, deno 2.9.6 (…), workerd 2026-11-17
  const [version = "?"] = /\d{4}-\d\d-\d\d|\d+\.\d+/.exec(printed) ?? [];
  expect(row).toContain(version);
});
