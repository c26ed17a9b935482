import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe } from "vitest";
import { notice } from "../../../../scripts/notice.js";
import { until } from "./until.js";

const places = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", ...(process.env.PATH ?? "").split(delimiter)];
const binary = places.map((place) => join(place, "redis-server")).find((path) => existsSync(path));

const given = process.env.REDIS_URL;

let told = false;

/** A suite that starts servers of its own. Without `redis-server` it says so once and skips; in CI it fails. */
export function describeWithServers(name: string, suite: () => void): void {
  describeUnless(
    binary === undefined,
    "redis-server is not on the path: the suites that start one are skipped",
    name,
    suite,
  );
}

/** A suite that uses any Redis: one of its own, or the one that REDIS_URL names. */
export function describeWithRedis(name: string, suite: () => void): void {
  const missing = binary === undefined && given === undefined;
  describeUnless(missing, "redis-server is not on the path, nor is REDIS_URL set: skipped", name, suite);
}

function describeUnless(missing: boolean, why: string, name: string, suite: () => void): void {
  if (missing && !told && process.env.CI === undefined) {
    notice(why);
    told = true;
  }
  describe.skipIf(missing && process.env.CI === undefined)(name, suite);
}

/** Where a suite of `describeWithRedis` connects to. */
export async function anyRedis(): Promise<string> {
  return binary === undefined && given !== undefined ? given : (await RedisServer.start()).url;
}

/** A Redis process of a test's own, on a free port of this machine. */
export class RedisServer {
  readonly port: number;
  readonly #args: readonly string[];
  readonly #directory: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, directory: string, args: readonly string[]) {
    this.port = port;
    this.#directory = directory;
    this.#args = args;
  }

  /** Started, and stopped after the suite. `args`: more settings, as on the command line. */
  static async start(...args: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), "broker-redis-")), args);
    running.add(server);
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async run(): Promise<void> {
    if (binary === undefined) throw new Error("redis-server is not on the path");
    const fixed = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#directory];
    const plain = ["--save", "", "--appendonly", "no"];
    const server = spawn(binary, [...fixed, ...plain, ...this.#args], { stdio: "ignore" });
    this.#process = server;
    await until(async () => {
      if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
      return answers(this.port);
    });
  }

  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGKILL" | "SIGTERM"): void {
    this.#process?.kill(signal);
  }

  /** As a crash does it. */
  async kill(): Promise<void> {
    const server = this.#process;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const running = new Set<RedisServer>();

/** To be called by each test file that starts servers. */
export function stopServersAfterwards(): void {
  afterAll(async () => {
    for (const server of running) await server.remove();
    running.clear();
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  // A Cluster's own bus is 10,000 higher.
  return address.port < 55_000 ? address.port : freePort();
}

/** Whether somebody answers PING there. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (data) => done(data.toString().startsWith("+PONG")));
    socket.once("error", () => done(false));
    socket.setTimeout(200, () => done(false));
  });
}
