import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { root } from "../workspace.js";

const test = `
  import { expect, it } from "vitest";
  import { notice } from "${root}/scripts/notice.js";
  notice("said: skipped without Go");
  it("passes", () => console.error("said: expected error"));
  it("fails", () => {
    console.error("said: why it failed");
    expect(process.env.FAILS).toBe(undefined);
  });
`;
const config = `
  import main from "${root}/vitest.config.js";
  export default { test: { silent: main.test.silent } };
`;

it("`pnpm test` prints what a suite skips, and the console of tests that fail alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "equos-broker-quiet-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(`${root}/node_modules`, join(folder, "node_modules"));
  writeFileSync(join(folder, "one.test.ts"), test);
  writeFileSync(join(folder, "vitest.config.ts"), config);
  const said = (more: Readonly<Record<string, string>>) => {
    const env = { ...process.env, ...more };
    const args = [`${root}/node_modules/vitest/vitest.mjs`, "run", "--root", folder];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
    expect(stdout + stderr).toMatch(/Tests .* passed/);
    return [...new Set((stdout + stderr).match(/(?<=said: )[\w ]+(?=\n)/g))];
  };
  expect(said({})).toEqual(["skipped without Go"]);
  expect(said({ FAILS: "yes" })).toEqual(["skipped without Go", "why it failed"]);
});
