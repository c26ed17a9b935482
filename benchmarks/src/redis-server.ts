import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

export const hasRedisServer = (): boolean => spawnSync("redis-server", ["--version"]).status === 0;

/** Runs a task beside a Redis process of its own, on a free port, that keeps nothing on disk. */
export async function withRedis<T>(task: (port: number) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "equos-broker-bench-"));
  const port = await freePort();
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory];
  const server = spawn("redis-server", [...settings, "--save", "", "--appendonly", "no"], { stdio: "ignore" });
  const kill = () => void server.kill("SIGKILL");
  process.once("exit", kill);
  try {
    await answers(server, port);
    return await task(port);
  } finally {
    process.off("exit", kill);
    kill();
    await rm(directory, { recursive: true, force: true });
  }
}

async function answers(server: ChildProcess, port: number): Promise<void> {
  const client = new Redis({ host: "127.0.0.1", port, retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  // Until it listens, connections are refused.
  client.on("error", () => undefined);
  server.once("error", () => client.disconnect());
  server.once("exit", () => client.disconnect());
  await client.ping();
  client.disconnect();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
