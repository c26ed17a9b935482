import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** A starter's server, as `npm start` runs it. */
export interface Running {
  readonly url: string;
  printed(): string;
  /** Gives the exit code; `null` when it was killed. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

const startSeconds = 60;

/** Runs one of the starter's scripts on a port, and waits until it answers. */
export async function running(
  folder: string,
  script: "start" | "demo",
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const PATH = `${folder}/node_modules/.bin:${process.env.PATH}`;
  // As npm runs it, without npm's own exit code: what goes before, then the server in the shell's place.
  const commands = String(scripts[script]).split(" && ");
  const child = spawn("sh", ["-ec", [...commands.slice(0, -1), `exec env ${commands.at(-1)}`].join("\n")], {
    cwd: folder,
    env: { PATH, HOME: process.env.HOME, PORT: String(port), NEXT_TELEMETRY_DISABLED: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // Its own group: what it starts is to be killed with it.
    detached: true,
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  await answering(`${url}/health`, child, () => printed);
  return {
    url,
    printed: () => printed,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exit = once(child, "exit");
      if (signal === "SIGKILL") killGroup(child);
      else child.kill(signal);
      const [code] = await exit;
      return code;
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}

async function answering(url: string, child: ChildProcess, printed: () => string): Promise<void> {
  const begun = Date.now();
  while (Date.now() - begun < startSeconds * 1000) {
    if (child.exitCode !== null) throw new Error(`the starter ended with ${child.exitCode}:\n${printed()}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await setTimeout(100);
  }
  killGroup(child);
  throw new Error(`the starter did not answer within ${startSeconds} s:\n${printed()}`);
}
