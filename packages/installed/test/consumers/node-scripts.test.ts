import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { install } from "../../src/install.js";
import { node, run } from "../run.js";

const example = fileURLToPath(new URL("../../../../examples/node-scripts", import.meta.url));
const manifest = JSON.parse(readFileSync(`${example}/package.json`, "utf8"));
let folder: string;

beforeAll(async () => {
  const others = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([name]) => !name.startsWith("@equos-broker/"),
  );
  folder = await install({
    name: "node-scripts",
    ours: ["@equos-broker/api", "@equos-broker/emulator"],
    // Ranges of the example itself.
    dependencies: Object.fromEntries(others) as Record<string, string>,
    manifest: { scripts: manifest.scripts },
    template: example,
  });
}, 300_000);

it("run as their README says, twice in a row, from a folder that was copied", async () => {
  for (let round = 0; round < 2; round += 1) {
    const { code, printed } = await run("npm", ["start"], folder);
    expect({ code, printed }).toMatchObject({ code: 0, printed: expect.stringMatching(/character cha_\S+ deleted/) });
  }
});

it("type-check there", async () => {
  expect(await run("npm", ["run", "typecheck"], folder)).toMatchObject({ code: 0 });
});

it("find the emulator of `npm run emulator`, and what an earlier run left there", async () => {
  const emulator = spawn(process.execPath, ["node_modules/@equos-broker/emulator/dist/command.js", "--port", "4010"], {
    cwd: folder,
  });
  onTestFinished(() => void emulator.kill("SIGKILL"));
  let printed = "";
  emulator.stdout.setEncoding("utf8").on("data", (text) => (printed += text));
  while (!printed.includes("Ctrl-C")) await once(emulator.stdout, "data");
  const tsx = "node_modules/tsx/dist/cli.mjs";
  expect((await node([tsx, "recipes/character.ts"], folder)).printed).toMatch(/character \S+ created/);
  expect((await node([tsx, "recipes/character.ts"], folder)).printed).toMatch(/character \S+ is as it should be/);
  expect((await fetch("http://127.0.0.1:4010/")).status).toBe(200);
  expect((await node([tsx, "recipes/tidy-up.ts"], folder)).printed).toMatch(/character \S+ deleted/);
  emulator.kill("SIGINT");
  const [code] = await once(emulator, "exit");
  expect(code).toBe(0);
});
