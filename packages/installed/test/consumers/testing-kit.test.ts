import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { install } from "../../src/install.js";
import { run } from "../run.js";

let folder: string;

beforeAll(async () => {
  folder = await install({
    name: "testing-kit",
    ours: ["@equos-broker/emulator"],
    dependencies: { jest: "30.5.2", vitest: "4.1.12" },
    manifest: { type: "commonjs" },
    template: fileURLToPath(new URL("../../consumers/testing-kit", import.meta.url)),
  });
}, 300_000);

/** Counts as each runner prints them. */
const runners = [
  ["jest", ["node_modules/jest/bin/jest.js", "jest"], /Tests: +1 failed, 2 passed/],
  ["node:test", ["--test", "--test-reporter=tap", "node/kit.test.js"], /# pass 3\n# fail 1/],
  [
    "vitest",
    ["node_modules/vitest/vitest.mjs", "run", "--root", "vitest", "--no-color"],
    /Tests +1 failed \| 2 passed/,
  ],
] as const;

describe("an emulator per test file, in two lines", () => {
  it.each(runners)(
    "of %s: the test that leaves a conversation running fails, and only that one",
    async (_, args, counts) => {
      const { code, printed } = await run(process.execPath, [...args], folder);
      expect({ code, printed }).toMatchObject({ code: 1, printed: expect.stringMatching(counts) });
      expect(printed).toMatch(/still running: 1\n/);
      expect(printed).toContain('"talk"');
      expect(printed).not.toContain("something was left");
    },
  );
});
