import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Major, nextCommand, projectFolder } from "./majors.js";

export interface RunningApp {
  readonly origin: string;
  /** What it has printed so far, errors included. */
  printed(): string;
  /** Sends SIGTERM. */
  terminate(): void;
  /** Ends it, unless it has ended, and gives its exit code; `null` when the signal did it. */
  end(): Promise<number | null>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the built app under `next start`. */
  readonly command?: "start" | "dev";
  readonly folder?: string;
}

/** Next's own server as a process of its own, with nothing of this one's environment but what is given. */
export async function runApp(
  major: Major,
  { env = {}, command = "start", folder = projectFolder(major) }: RunOptions = {},
): Promise<RunningApp> {
  const { PATH, HOME } = process.env;
  const mode = { PATH, HOME, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: command === "dev" ? "development" : "production" };
  const child = spawn(process.execPath, [nextCommand(major), command, "-p", "0", "-H", "127.0.0.1"], {
    cwd: folder,
    env: { ...mode, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = once(child, "exit").finally(() => process.off("exit", kill));
  let printed = "";
  const origin = await new Promise<string>((resolve, reject) => {
    const hear = (text: string) => {
      printed += text;
      const address = /Local:\s+(http:\S+)/.exec(printed)?.[1];
      if (address !== undefined && printed.includes("Ready in")) resolve(address);
    };
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    exited.then(([code]) => reject(new Error(`next ${command} ended with ${code} before it was ready:\n${printed}`)));
  });
  return {
    origin,
    printed: () => printed,
    terminate: () => void child.kill("SIGTERM"),
    end: async () => {
      child.kill("SIGTERM");
      const [code] = await exited;
      return code;
    },
  };
}
