import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../workspace.js";

const page = readFileSync(`${root}/docs/http.md`, "utf8");
const [, block = ""] = /## With curl[^`]*`[^`]*`[^`]*```sh\n([\s\S]*?)```/.exec(page) ?? [];
const calls = [...block.matchAll(/^post .*# (\d{3}), ?(.*)$|^post .*# (\d{3})$/gm)].map(([, status, what, alone]) => ({
  status: status ?? alone,
  what: what ?? "",
}));

const folder = mkdtempSync(join(tmpdir(), "equos-broker-http-"));
const server = spawn(process.execPath, ["--conditions=@equos-broker/source", "--import", "tsx", "demo.ts"], {
  cwd: `${root}/examples/express`,
  env: { ...process.env, PORT: "0", EQUOS_API_KEY: "" },
  stdio: ["ignore", "pipe", "inherit"],
});
let origin = "";

beforeAll(async () => {
  for await (const line of createInterface({ input: server.stdout })) {
    origin = /^demo ready (\S+)/.exec(line)?.[1] ?? "";
    if (origin !== "") return;
  }
  throw new Error("The demo did not start");
});
afterAll(async () => {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

it("docs/http.md: what curl gets from the demo is what stands beside it", () => {
  const script = block.replace("http://127.0.0.1:3000", origin);
  const out = execFileSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
  const answers = out.split(/^(?=HTTP\/1\.1 )/m);
  expect(answers.map((answer) => answer.slice(9, 12))).toEqual(calls.map(({ status }) => status));
  expect(calls.length).toBeGreaterThan(5);
  for (const [index, { what }] of calls.entries()) {
    // Codes, values in quotes and headers that the comment names.
    for (const named of what.match(/"\w+"|\b[a-z]+-[a-z]+\b|Equos-Delivery: \d|server_url|participant_token/g) ?? []) {
      expect(answers[index]?.toLowerCase()).toContain(named.toLowerCase());
    }
  }
});
