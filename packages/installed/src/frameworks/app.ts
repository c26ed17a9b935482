import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Emulator } from "@equos-broker/emulator";
import { progress } from "../../../../scripts/progress.js";
import { install, type Project } from "../install.js";

/** A small app of a framework's, as its own documentation would have it. */
export interface App extends Pick<Project, "ours" | "dependencies"> {
  /** In `docs/adapters.md`. */
  readonly name: string;
  /** Of `frameworks/`. */
  readonly folder: string;
  /** The package whose version is told. */
  readonly framework: string;
  /** What builds it, by the path of a file below its folder. */
  readonly build?: readonly string[];
  /** What starts it, likewise. */
  readonly start: readonly string[];
}

export interface RunningApp {
  readonly origin: string;
  readonly version: string;
  printed(): string;
  end(): Promise<void>;
}

/** How long an app may take to answer, in ms. */
const PATIENCE_MS = 30_000;

/** Installs, builds and starts it, as a process with nothing of this one's environment but what it needs. */
export async function runApp(app: App, emulator: Emulator): Promise<RunningApp> {
  const { name, folder: template, ours, dependencies = {} } = app;
  const folder = await install({
    name: `app-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`,
    ours,
    dependencies,
    template: new URL(`../../frameworks/${template}/`, import.meta.url).pathname,
  });
  const { PATH, HOME } = process.env;
  const bare = { PATH, HOME, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  // A build has no secrets.
  if (app.build) await progress(`${name}: building`, process.execPath, app.build, folder, bare);
  const port = String(await freePort());
  const own = { PORT: port, HOST: "127.0.0.1", HOSTNAME: "127.0.0.1", ORIGIN: `http://127.0.0.1:${port}` };
  const equos = {
    EQUOS_ENDPOINT: emulator.url,
    EQUOS_API_KEY: emulator.apiKey,
    EQUOS_CHARACTER_ID: emulator.characterId,
  };
  const child = spawn(process.execPath, app.start, { cwd: folder, env: { ...bare, ...own, ...equos } });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const origin = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await answers(origin))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${name} does not answer:\n${printed}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    origin,
    version: JSON.parse(readFileSync(`${folder}/node_modules/${app.framework}/package.json`, "utf8")).version,
    printed: () => printed,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

const answers = (origin: string): Promise<boolean> =>
  fetch(`${origin}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
