import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { notice } from "../../../scripts/notice.js";
import { root } from "../../../scripts/workspace.js";
import { Stage } from "../../conformance/src/stage.js";
import { published } from "../../conformance/test/openapi/contract.js";
import { recordedHost } from "../../conformance/test/openapi/recorded-host.js";

const document = `${root}/docs/openapi.yaml`;
const sources = `${root}/packages/publishing/clients`;

const missing = Object.entries({
  "Go 1.26": ["go", "version"],
  Java: ["java", "-version"],
  "Python 3 with venv": ["python3", "-c", "import ensurepip, venv"],
}).flatMap(([name, [program = "", ...args]]) => (spawnSync(program, args).status === 0 ? [] : [name]));
const lack = `clients are not generated from docs/openapi.yaml: ${missing.join(", ")} missing`;
const isCi = process.env.CI !== undefined;
if (missing.length > 0 && !isCi) notice(lack);

describe.skipIf(missing.length > 0 && !isCi)("clients generated from docs/openapi.yaml", () => {
  const folder = mkdtempSync(join(tmpdir(), "equos-broker-clients-"));
  const python = join(folder, "venv", "bin");
  const violations: string[] = [];
  let stage: Stage | undefined;

  const ran = async (cwd: string, program: string, ...args: string[]): Promise<string> => {
    const env = { ...process.env, BROKER_URL: stage?.server.mount, BROKER_USER: stage?.newUser() };
    const running = promisify(execFile)(program, args, { cwd, env, maxBuffer: 1e7 });
    // What the program printed says more than its exit code.
    return (await running.catch(({ stdout, stderr, message }) => Promise.reject(new Error(message + stdout + stderr))))
      .stdout;
  };
  const copied = (language: string): string => {
    cpSync(join(sources, language), join(folder, language), { recursive: true });
    return join(folder, language);
  };

  beforeAll(async () => {
    if (missing.length > 0) throw new Error(lack);
    stage = await Stage.open(recordedHost(published(), violations));
    await ran(folder, "python3", "-m", "venv", "venv");
    await ran(folder, join(python, "pip"), "install", "--quiet", "--requirement", `${sources}/python/requirements.txt`);
  });
  afterAll(async () => {
    await stage?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const generated = {
    "Go, by oapi-codegen": async () => {
      const client = copied("go");
      await ran(client, "mkdir", "broker");
      const options = ["-package", "broker", "-generate", "types,client", "-o", "broker/broker.go"];
      await ran(client, "go", "tool", "oapi-codegen", ...options, document);
      await ran(client, "go", "vet", "./...");
      return await ran(client, "go", "run", ".");
    },
    "Python, by openapi-python-client": async () => {
      const client = copied("python");
      const options = ["--path", document, "--meta", "none", "--output-path", "equos_broker_client"];
      await ran(client, join(python, "openapi-python-client"), "generate", ...options);
      return await ran(client, join(python, "python"), "main.py");
    },
    "TypeScript with fetch, by openapi-generator": async () => {
      const client = copied("typescript");
      const options = ["--generator-name", "typescript-fetch", "--output", "broker"];
      const extension = "--additional-properties=importFileExtension=.js";
      await ran(client, join(python, "openapi-generator-cli"), "generate", "-i", document, ...options, extension);
      const flags = ["--strict", "--target", "es2022", "--module", "nodenext", "--types", "node"];
      const roots = ["--typeRoots", `${root}/node_modules/@types`, "--outDir", "out"];
      await ran(client, process.execPath, `${root}/node_modules/typescript/bin/tsc`, ...flags, ...roots, "main.ts");
      return await ran(client, process.execPath, "out/main.js");
    },
  };

  it.each(Object.entries(generated))("%s", async (_, run) => {
    expect(JSON.parse(await run())).toEqual({
      id: stage?.emulator.conversations().at(-1)?.id,
      identity: "avatar-guide",
      sameToken: true,
      sameServer: true,
      heartbeat: 204,
      refused: "unknown-character",
      refusedStatus: 400,
      stopped: "ended",
      stoppedTheSame: true,
    });
    stage?.emulator.assertNothingRunning();
    expect(violations).toEqual([]);
  });
});
