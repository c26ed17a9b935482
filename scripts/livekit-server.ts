import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const tool = fileURLToPath(new URL("../tools/livekit/", import.meta.url));
const program = "github.com/livekit/livekit-server/cmd/server";

/** A LiveKit server that runs on this machine only. */
export interface LivekitServer {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Settles when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

const hasGo = (): boolean => spawnSync("go", ["version"]).status === 0;

/** Where the built server is kept: another one for other versions. */
function place(): string {
  const pinned = ["go.mod", "go.sum"].map((name) => readFileSync(join(tool, name)));
  const version = createHash("sha256").update(Buffer.concat(pinned)).digest("hex").slice(0, 16);
  return join(tmpdir(), "equos-broker-livekit", version, "livekit-server");
}

/** The program, if an earlier run has built it. */
export function builtLivekit(): string | undefined {
  const built = place();
  return existsSync(built) ? built : undefined;
}

/**
 * The program, built if it is not yet there, which takes a minute or two; `undefined` where Go is missing.
 *
 * @param say - Told what goes on.
 */
export async function livekitProgram(say: (line: string) => void = () => undefined): Promise<string | undefined> {
  const built = place();
  if (existsSync(built)) return built;
  if (!hasGo()) return undefined;
  say("building the LiveKit server, once: a minute or two");
  mkdirSync(join(built, ".."), { recursive: true });
  const unfinished = `${built}.${process.pid}`;
  const go = spawn("go", ["build", "-o", unfinished, program], { cwd: tool, stdio: ["ignore", "inherit", "inherit"] });
  const began = Date.now();
  const progress = setInterval(() => say(`still building, ${Math.round((Date.now() - began) / 1_000)} s`), 15_000);
  const code = await new Promise<number | null>((resolve) => go.once("close", resolve));
  clearInterval(progress);
  if (code !== 0) throw new Error(`go build ended with ${code}`);
  renameSync(unfinished, built);
  say(`built in ${Math.round((Date.now() - began) / 1_000)} s`);
  return built;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no free port");
  return address.port;
}

async function answers(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`the LiveKit server ended with ${child.exitCode}: ${output()}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the LiveKit server did not answer within 10 s: ${output()}`);
}

/** Starts it on loopback, with a key of its own. */
export async function startLivekit(built: string, given: { readonly port?: number } = {}): Promise<LivekitServer> {
  const port = given.port ?? (await freePort());
  const udpPort = await freePort();
  const [apiKey, apiSecret] = ["APIlocal", randomBytes(24).toString("hex")];
  const config = JSON.stringify({
    port,
    bind_addresses: ["127.0.0.1"],
    keys: { [apiKey]: apiSecret },
    rtc: {
      // Over TCP it would listen on every address.
      tcp_port: 0,
      udp_port: udpPort,
      node_ip: "127.0.0.1",
      use_external_ip: false,
      interfaces: { includes: ["lo"] },
      enable_loopback_candidate: true,
    },
    logging: { level: "warn" },
  });
  // Not among its arguments, which every user of the machine can read.
  const env = { ...process.env, LIVEKIT_CONFIG: config };
  const child = spawn(built, [], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4_000);
    });
  }
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    await answers(`http://127.0.0.1:${port}/`, child, () => output);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return {
    url: `ws://127.0.0.1:${port}`,
    apiKey,
    apiSecret,
    ended,
    async close() {
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await ended;
      clearTimeout(hard);
    },
  };
}
