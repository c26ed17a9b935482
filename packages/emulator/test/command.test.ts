import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
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
  [["--livekit-api-key", "k"], "need --livekit-url"],
])("refuses %j", (args, message) => {
  expect(() => readCommandLine(args, {})).toThrow(CommandLineError);
  expect(() => readCommandLine(args, {})).toThrow(message);
});

it("reads port, LiveKit and the environment", () => {
  expect(readCommandLine([], { LIVEKIT_API_KEY: "unused" })).toEqual({ help: false, options: { port: 4010 } });
  expect(readCommandLine(["--help"], {})).toEqual({ help: true });
  const url = "ws://127.0.0.1:7880";
  expect(readCommandLine(["--livekit-url", url], { LIVEKIT_API_KEY: "k", LIVEKIT_API_SECRET: "s" })).toEqual({
    help: false,
    options: { port: 4010, livekit: { url, apiKey: "k", apiSecret: "s" } },
  });
});
