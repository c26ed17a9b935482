import { expect, it, onTestFinished, vi } from "vitest";
import { RedisServer } from "../../redis/test/support/redis-server.js";
import type { World } from "./world.js";

/** With the store in Redis a server may die in the middle. */
export function serverKilled(world: () => World): void {
  it("killed and started again in the middle: stop still works", async () => {
    const redis = await RedisServer.start("--maxmemory-policy", "noeviction");
    onTestFinished(() => redis.remove());
    await world().server.end("SIGTERM");
    const shared = {
      REDIS_URL: redis.url,
      DEPLOYMENT: "shop-test",
      BROKER_SECRET: "another secret that only these tests know for the store",
    };
    await world().start(shared);
    const emulator = await world().equos();
    const { page } = await world().visitor();
    await page.talk();
    await world().server.end("SIGKILL");
    await page.tab.click("#hangup");
    await page.trouble("It could not be ended");
    expect(emulator.conversations()).toMatchObject([{ status: "running" }]);
    await world().start(shared);
    await page.hangUp();
    expect(emulator.conversations()).toMatchObject([{ status: "ended", endReason: "stopped" }]);
    page.complaints.splice(0);

    await world().server.end("SIGKILL");
    await page.tab.click("#start");
    await page.trouble("The server cannot be reached");
    page.complaints.splice(0);
    await world().start();
    await page.talk();
    await page.hangUp();
  });

  it("told to end: what runs is stopped, and the exit is clean", async () => {
    const emulator = await world().equos();
    const { page } = await world().visitor();
    await page.talk();
    expect(await world().server.end("SIGTERM")).toBe(0);
    await vi.waitFor(() => emulator.assertNothingRunning(), { timeout: 5_000 });
    page.complaints.splice(0);
    await world().start();
  });
}
