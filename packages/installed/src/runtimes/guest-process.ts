import { type ChildProcess, spawn } from "node:child_process";
import { dirname } from "node:path";
import type { Runtime } from "./runtime.js";

/** A program of a runtime's that listens on a free port of this machine. */
export interface GuestProcess {
  readonly origin: string;
  /** Everything that it has printed so far, errors included. */
  printed(): string;
  end(): Promise<void>;
}

/** How long a runtime may take to listen, in ms. */
const PATIENCE_MS = 30_000;

export async function startGuest(runtime: Runtime, binary: string, program: string): Promise<GuestProcess> {
  const child = spawn(binary, argumentsFor(runtime, program), {
    cwd: dirname(program),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const port = await portOf(child, () => printed);
  return {
    origin: `http://127.0.0.1:${port}`,
    printed: () => printed,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function argumentsFor({ entry }: Runtime, program: string): string[] {
  switch (entry) {
    case "node":
      return ["--throw-deprecation", program];
    case "bun":
      return ["run", program];
    case "deno":
      // Neither files nor the environment, beyond what it imports.
      return ["run", "--no-prompt", "--allow-net", "--allow-read=.", "--node-modules-dir=manual", program];
    case "workerd":
      return ["serve", "--control-fd=1", program];
  }
}

/** The guests say it themselves; workerd does it for its Worker, as JSON. */
async function portOf(child: ChildProcess, printed: () => string): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const port = /listening on (\d+);/.exec(printed())?.[1] ?? /"port":(\d+)/.exec(printed())?.[1];
    if (port !== undefined) return Number(port);
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`It does not listen:\n${printed()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
