import { spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { startEmulator } from "@equos-broker/emulator";
import { expect, it, onTestFinished, vi } from "vitest";
import { describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();

/** Longer than `storeSeconds`, and than what counts as a freeze. */
const FREEZE_MS = 3_000;

/** As Lambda freezes one between two requests. */
async function openServer() {
  // Its data survives a restart.
  const redis = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
  const emulator = await startEmulator();
  const program = new URL("support/frozen-server.ts", import.meta.url).pathname;
  const server = spawn(process.execPath, ["--conditions=@equos-broker/source", "--import", "tsx", program], {
    env: {
      ...process.env,
      REDIS_URL: redis.url,
      EQUOS_ENDPOINT: emulator.url,
      EQUOS_API_KEY: emulator.apiKey,
      EQUOS_CHARACTER_ID: emulator.characterId,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    server.kill("SIGKILL");
    await emulator.close();
  });
  let lines: string[] = [];
  let rest = "";
  server.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  const claims = () => lines.filter((line) => line === "claims").length;
  /** Resolves when the sweep has called the store again. */
  const nextClaim = async () => {
    const before = claims();
    await until(() => claims() > before);
  };
  await nextClaim();
  return {
    redis,
    nextClaim,
    freeze: async (during: () => Promise<void>) => {
      server.kill("SIGSTOP");
      await during();
      await setTimeout(FREEZE_MS);
      server.kill("SIGCONT");
      lines = [];
    },
    log: () => lines.filter((line) => line !== "claims").map((line) => JSON.parse(line)),
  };
}

describeWithServers("a server that is frozen and goes on", () => {
  it("takes the answer of a store call that came meanwhile", async () => {
    const { redis, nextClaim, freeze, log } = await openServer();
    redis.signal("SIGSTOP");
    await nextClaim();
    await freeze(async () => redis.signal("SIGCONT"));
    await nextClaim();
    await nextClaim();
    // A slow machine may need longer than the moment that is given after a freeze.
    expect(log().filter(({ level }) => level !== "debug")).toEqual([]);
  });

  it("logs a connection that broke meanwhile for debugging only", async () => {
    const { redis, nextClaim, freeze, log } = await openServer();
    redis.signal("SIGSTOP");
    await nextClaim();
    await freeze(async () => {
      await redis.kill();
      await redis.run();
    });
    await nextClaim();
    await nextClaim();
    expect(log().filter(({ level }) => level !== "debug")).toEqual([]);
    expect(log()).not.toEqual([]);
  });

  it("logs a store that stays away as an error", async () => {
    const { redis, freeze, log } = await openServer();
    await freeze(() => redis.kill());
    await vi.waitUntil(() => log().some(({ level }) => level === "error"), { timeout: 40_000 });
  }, 60_000);
});
