import { readFileSync, rmSync } from "node:fs";
import { startEmulator } from "@equos-broker/emulator";
import { beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { install } from "../../src/install.js";
import { node } from "../run.js";

const pm2 = "node_modules/pm2/bin/pm2";
let folder: string;

beforeAll(async () => {
  folder = await install({
    name: "pm2",
    ours: ["@equos-broker/core"],
    dependencies: { pm2: "7.0.4" },
    template: new URL("../../consumers/pm2/", import.meta.url).pathname,
  });
});

/** Runs commands of PM2, and waits until that many instances have tried to start a conversation. Returns the outcomes. */
async function underPm2(commands: readonly string[][], instances: number): Promise<readonly string[]> {
  const emulator = await startEmulator();
  const outcomes = `${folder}/outcomes.txt`;
  rmSync(outcomes, { force: true });
  const env = {
    OUTCOMES: outcomes,
    PM2_HOME: `${folder}/.pm2`,
    EQUOS_ENDPOINT: emulator.url,
    EQUOS_API_KEY: emulator.apiKey,
    EQUOS_CHARACTER_ID: emulator.characterId,
  };
  onTestFinished(async () => {
    await node([pm2, "kill"], folder, env);
    await emulator.close();
  });
  for (const command of commands) {
    const { code, printed } = await node([pm2, ...command], folder, env);
    if (code !== 0) throw new Error(printed);
  }
  return await vi.waitUntil(
    () => {
      const lines = read(outcomes).split("\n").slice(0, -1);
      return lines.length === instances && lines.sort();
    },
    { timeout: 60_000, interval: 100 },
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const refused = expect.stringMatching(/^store-not-shared: PM2 can run several/);

it.each([
  ["one process", [["start", "server.mjs"]]],
  ["a cluster of one", [["start", "server.mjs", "-i", "1"]]],
])("the memory store opens in %s", async (_, commands) => {
  expect(await underPm2(commands, 1)).toEqual(["started"]);
});

it("the memory store is refused in a cluster of two", async () => {
  expect(await underPm2([["start", "server.mjs", "-i", "2"]], 2)).toEqual([refused, refused]);
});

it("the memory store is refused in two processes", async () => {
  expect(await underPm2([["start", "two-processes.config.cjs"]], 2)).toEqual([refused, refused]);
});

it("the memory store is refused in an instance that is added later", async () => {
  const commands = [
    ["start", "server.mjs"],
    ["scale", "server", "2"],
  ];
  expect(await underPm2(commands, 2)).toEqual(["started", refused]);
});
