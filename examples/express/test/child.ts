import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));

export interface Child {
  readonly url: string;
  /** What it has printed so far, errors included. */
  printed(): string;
  /** Sends the signal and gives the exit code; `null` when the signal killed it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Runs an entry of the starter as its own process and waits for the line that names its address. */
export async function run(
  entry: string,
  ready: RegExp,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Child> {
  const child = launch(entry, env);
  let printed = "";
  const listening = new Promise<string>((resolve, reject) => {
    const hear = (text: string) => {
      printed += text;
      const port = ready.exec(printed)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    };
    child.stdout?.setEncoding("utf8").on("data", hear);
    child.stderr?.setEncoding("utf8").on("data", hear);
    child.once("exit", (code) => reject(new Error(`${entry} exited with ${code} before it was ready:\n${printed}`)));
  });
  return {
    url: await listening,
    printed: () => printed,
    end: (signal = "SIGINT") => ended(child, signal),
  };
}

/** Runs an entry that is expected to end by itself. */
export async function runToEnd(entry: string, env: Readonly<Record<string, string | undefined>>) {
  const child = launch(entry, env);
  let printed = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const [code] = await once(child, "close");
  return { code, printed };
}

export const runDemo = (env: Readonly<Record<string, string | undefined>> = {}) =>
  run("demo.ts", /^demo ready http:\/\/127\.0\.0\.1:(\d+)$/m, env);

function launch(entry: string, env: Readonly<Record<string, string | undefined>>): ChildProcess {
  const own = /^((EQUOS|LIVEKIT|VISITOR|COOKIE|REDIS|BROKER)_|DEPLOYMENT$)/;
  const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
  return spawn(process.execPath, ["--conditions=@equos-broker/source", "--import", "tsx", entry], {
    cwd: folder,
    env: { ...rest, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, "exit");
  child.kill(signal);
  const [code] = await exit;
  return code;
}
