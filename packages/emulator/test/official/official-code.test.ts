import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { emulatorFor } from "../support.js";

const written = readFileSync(new URL("./code.txt", import.meta.url), "utf8");
const folder = fileURLToPath(new URL("../../work", import.meta.url));
const file = join(folder, "official.ts");

mkdirSync(folder, { recursive: true });
writeFileSync(file, written.replace('"@equos/node-sdk"', '"@equos-broker/api"'));
afterAll(() => rmSync(file));

/** Written for the official SDK, by its README and examples: nothing but the import is another. */
it("runs with its import changed", async () => {
  const emulator = await emulatorFor();
  const child = spawn(process.execPath, ["--conditions=@equos-broker/source", "--import", "tsx", file], {
    env: { ...process.env, EQUOS_API_KEY: emulator.apiKey, EQUOS_ENDPOINT: emulator.url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect({ code, output: output.trim().split("\n") }).toEqual({
    code: 0,
    output: [
      "base path true",
      "health ok",
      "brain Hi!",
      "document true 14",
      "characters true true",
      "token 3 true",
      "listed 1",
      "stopped ended",
      "usage true",
      "client token true",
      "refused ResponseError 404 true",
      "required RequiredError id",
      "unreachable FetchError true",
    ],
  });
  emulator.assertNothingRunning();
});

it("type-checks as well", () => {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ["@equos-broker/source"],
    lib: ["lib.es2023.d.ts"],
    types: ["node"],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  });
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  expect(problems).toEqual([]);
});
