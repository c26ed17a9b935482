import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { CommandLineError, readCommandLine } from "../src/command/command-line.js";
import { emulatorFor } from "./support.js";

const command = fileURLToPath(new URL("../src/command/command.ts", import.meta.url));

function run(...args: string[]) {
  const child = spawn(process.execPath, ["--conditions=@equos-broker/source", "--import", "tsx", command, ...args], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (output.text += text));
  return { child, output };
}

const exitCode = async (child: ChildProcess) => child.exitCode ?? (await once(child, "exit"))[0];

it("says where it listens and what to set, and ends with 0 on Ctrl-C", async () => {
  const { child, output } = run("--port", "0");
  while (!output.text.includes("Ctrl-C")) await once(child.stdout, "data");
  const url = /EQUOS_ENDPOINT=(\S+)/.exec(output.text)?.[1];
  expect(output.text).toMatch(/EQUOS_API_KEY=sk_emulator_\S+\n\s*export EQUOS_CHARACTER_ID=cha_emulator_guide/);
  expect((await fetch(`${url}/v3/health`)).status).toBe(200);
  child.kill("SIGINT");
  expect(await exitCode(child)).toBe(0);
});

it("says that a port is in use", async () => {
  const { port } = new URL((await emulatorFor()).url);
  const { child, output } = run("--port", port);
  expect(await exitCode(child)).toBe(1);
  expect(output.text).toBe(`equos-emulator: port ${port} is in use; choose another with --port, 0 for any free one\n`);
});

it.each([
  [["--prt", "1"], "Unknown option '--prt'"],
  [["--port", "http"], '--port takes a number from 0 to 65535, not "http"'],
  [["--port", "65536"], "--port takes a number"],
  [["--livekit-url", "http://x"], "--livekit-url takes a ws:// or wss:// URL"],
  [["--livekit-key", "k"], "--livekit-key needs --livekit-url"],
  [["--avatar"], "--avatar needs --livekit-url"],
  [["--switch", "joined"], '--switch takes name=value, not "joined"'],
])("refuses %j", (args, message) => {
  expect(() => readCommandLine(args, {})).toThrow(CommandLineError);
  expect(() => readCommandLine(args, {})).toThrow(message);
});

it("reads port, LiveKit and the environment", () => {
  expect(readCommandLine([], { LIVEKIT_API_KEY: "unused" })).toEqual({
    help: false,
    options: { port: 4010 },
    exportFile: undefined,
  });
  expect(readCommandLine(["--help"], {})).toEqual({ help: true });
  const url = "ws://127.0.0.1:7880";
  expect(readCommandLine(["--livekit-url", url], { LIVEKIT_API_KEY: "k", LIVEKIT_API_SECRET: "s" })).toEqual({
    help: false,
    options: { port: 4010, livekit: { url, apiKey: "k", apiSecret: "s" } },
    exportFile: undefined,
  });
  const own = ["--livekit-url", url, "--livekit-key", "own", "--livekit-secret", "s", "--avatar", "--port", "0"];
  expect(readCommandLine(own, { LIVEKIT_API_KEY: "k" })).toEqual({
    help: false,
    options: { port: 0, livekit: { url, apiKey: "own", apiSecret: "s" }, avatar: true },
    exportFile: undefined,
  });
});

it("reads switches: JSON where it is some, words that JSON knows otherwise as they are", () => {
  const given = ["joined=consumer", "missing=404", "indexSeconds=0", "strictRequests=false"];
  const line = readCommandLine(
    given.flatMap((each) => ["--switch", each]),
    {},
  );
  expect(line).toMatchObject({
    options: { switches: { joined: "consumer", missing: "404", indexSeconds: 0, strictRequests: false } },
  });
});

it("begins with a seed file and leaves one behind that another one begins with", async () => {
  const folder = await mkdtemp(join(tmpdir(), "emulator-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [seed, exported] = [join(folder, "seed.json"), join(folder, "exported.json")];
  await writeFile(seed, JSON.stringify({ characters: [{ id: "cha_own", name: "Own", livekitIdentity: "own" }] }));
  const first = run("--port", "0", "--seed", seed, "--export", exported);
  while (!first.output.text.includes("Ctrl-C")) await once(first.child.stdout, "data");
  expect(first.output.text).toContain("EQUOS_CHARACTER_ID=cha_own");
  first.child.kill("SIGTERM");
  expect(await exitCode(first.child)).toBe(0);
  expect(first.output.text).toContain(`exported to ${exported}`);
  const again = await emulatorFor({ seed: exported });
  expect(again.characterIds).toEqual(["cha_own"]);
});

it("refuses to start with a seed that is none, and says where", async () => {
  const folder = await mkdtemp(join(tmpdir(), "emulator-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const seed = join(folder, "seed.json");
  await writeFile(seed, '{\n  "brains": [\n    { "instructions": 7 }\n  ]\n}');
  const { child, output } = run("--port", "0", "--seed", seed);
  expect(await exitCode(child)).toBe(1);
  expect(output.text).toContain(`${seed}:3:23 brains.0.instructions: must be string`);
  expect(output.text).toContain(`${seed}:3:5 brains.0: must have required property 'greetingMessage'`);
});
