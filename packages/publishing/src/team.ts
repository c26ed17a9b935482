import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { progress } from "../../../scripts/progress.js";
import type { Registry } from "./registry.js";

const anyPort = fileURLToPath(new URL("any-port.mjs", import.meta.url));

/** A team with an empty folder, a README and the registry. */
export class Team {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(folder: string, registry: Registry) {
    this.folder = folder;
    this.#env = registry.env;
    mkdirSync(folder, { recursive: true });
    this.write("package.json", JSON.stringify({ private: true, type: "module" }));
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  has(file: string): boolean {
    return existsSync(join(this.folder, file));
  }

  /** A line of a shell, as the README has it. */
  async type(line: string): Promise<string> {
    const env = {
      ...this.#env,
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false",
    };
    return await progress(line, "sh", ["-ec", line], this.folder, env);
  }

  /**
   * Runs a program of the folder until it listens, and gives its URL. The port that the code names may be somebody else's on this
   * machine: `any-port.mjs` gives it a free one, and the code stays as it is.
   */
  async serve(command: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
    const [program = "", ...args] = command;
    const server = spawn(join(this.folder, "node_modules/.bin", program), args, {
      cwd: this.folder,
      env: { ...process.env, NODE_OPTIONS: `--import ${anyPort}`, NEXT_TELEMETRY_DISABLED: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // Its own group: what it starts is to end with it.
      detached: true,
    });
    onTestFinished(() => ended(server));
    return await urlOf(server);
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, "exit");
  if (server.pid !== undefined) process.kill(-server.pid, "SIGKILL");
  await exit;
}

function urlOf(server: ChildProcess): Promise<string> {
  let printed = "";
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}:\n${printed}`));
    const limit = setTimeout(() => fail("it did not listen within 60 s"), 60_000);
    server.once("exit", (code) => fail(`it ended with ${code}`));
    for (const stream of [server.stdout, server.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        const [, port] = /^listens on (\d+)$/m.exec(printed) ?? [];
        if (port === undefined) return;
        clearTimeout(limit);
        resolve(`http://127.0.0.1:${port}`);
      });
    }
  });
}
