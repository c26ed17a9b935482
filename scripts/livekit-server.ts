import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash, createHmac, randomBytes } from "node:crypto";
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

/** Throws an error that names the port where another server listens on it. */
export async function expectFree(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is in use: end the server that listens on it, or set LIVEKIT_URL if it is the one to use.`;
      reject(error.code === "EADDRINUSE" ? new Error(taken) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

interface Credentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** A LiveKit token that may list rooms, for a minute. */
function listToken({ apiKey, apiSecret }: Credentials): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: apiKey, exp: Math.ceil(Date.now() / 1_000) + 60, video: { roomList: true } };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", apiSecret).update(signed).digest("base64url")}`;
}

/** Whether the server with these credentials answers there: another one does not know them. */
async function knows(origin: string, credentials: Credentials): Promise<boolean> {
  try {
    const response = await fetch(`${origin}/twirp/livekit.RoomService/ListRooms`, {
      method: "POST",
      headers: { authorization: `Bearer ${listToken(credentials)}`, "content-type": "application/json" },
      body: "{}",
      signal: AbortSignal.timeout(1_000),
    });
    return response.ok && Array.isArray(Object(await response.json()).rooms);
  } catch {
    return false;
  }
}

/** Waits until the process answers as the server with these credentials. */
async function answers(
  origin: string,
  credentials: Credentials,
  child: ChildProcess,
  output: () => string,
): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (Date.now() < giveUpAt) {
    const known = await knows(origin, credentials);
    const how = child.exitCode ?? child.signalCode;
    if (how !== null) throw new Error(`the LiveKit server on ${origin} ended with ${how}: ${output()}`);
    if (known) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the LiveKit server did not answer on ${origin} within 10 s: ${output()}`);
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
    await answers(`http://127.0.0.1:${port}`, { apiKey, apiSecret }, child, () => output);
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
