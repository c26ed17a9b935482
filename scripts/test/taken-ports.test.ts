import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startLivekit } from "../livekit-server.js";
import { root } from "../workspace.js";

/** As a web server in development: success for everything. */
const welcoming: RequestListener = (_, response) => response.end("<!doctype html>");

/** Returns the port of a server that has nothing to do with the demo. */
async function portOf(server: Server): Promise<number> {
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  // It listens on a port, so its address is an object.
  return (server.address() as AddressInfo).port;
}

/** Runs a command to its end. */
async function ran(folder: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const all = { ...process.env, EQUOS_API_KEY: "", ...env };
  const command = spawn(process.execPath, ["--import", "tsx", ...args], { cwd: `${root}/${folder}`, env: all });
  onTestFinished(() => void command.kill());
  let [printed, complained] = ["", ""];
  command.stdout.on("data", (data) => {
    printed += data;
  });
  command.stderr.on("data", (data) => {
    complained += data;
  });
  const [code] = await once(command, "close");
  return { code, printed, complained };
}

/** A program that listens on nothing and ends after a second. */
function programThatEnds(): string {
  const folder = mkdtempSync(join(tmpdir(), "equos-broker-livekit-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "livekit-server");
  writeFileSync(file, "#!/bin/sh\nsleep 1\necho 'address already in use'\nexit 3\n");
  chmodSync(file, 0o755);
  return file;
}

it("`livekit` refuses a port that is taken, names it, and prints no credentials", async () => {
  const other = createHttpServer(welcoming).listen(7880, "127.0.0.1");
  onTestFinished(() => void other.close());
  // Where another process has the port already, the test needs no server of its own.
  await once(other, "listening").catch((error) => expect(error.code).toBe("EADDRINUSE"));
  const { code, printed, complained } = await ran(".", ["scripts/livekit.ts"], { LIVEKIT_URL: "" });
  expect({ code, printed }).toEqual({ code: 1, printed: "" });
  expect(complained).toMatch(/^Port 7880 is in use: .*LIVEKIT_URL.*\n$/);
});

it("another server on the port does not pass for the LiveKit server that was started", async () => {
  const port = await portOf(createHttpServer(welcoming));
  await expect(startLivekit(programThatEnds(), { port })).rejects.toThrow(
    new RegExp(`127\\.0\\.0\\.1:${port} ended with 3: address already in use`),
  );
});

it.each(["express", "fastify", "next"])("the demo of %s is not taken in by other servers", async (name) => {
  // One that never answers.
  const port = await portOf(createServer());
  const livekit = `ws://127.0.0.1:${await portOf(createHttpServer(welcoming))}`;
  const args = ["--conditions=@equos-broker/source", "demo.ts"];
  const outcome = await ran(`examples/${name}`, args, { PORT: String(port), LIVEKIT_URL: livekit });
  expect(outcome).toMatchObject({ code: 1, complained: `Port ${port} is in use; set PORT to another one.\n` });
  if (name !== "next") expect(outcome.printed).toContain(`No LiveKit server answers at ${livekit}`);
});
