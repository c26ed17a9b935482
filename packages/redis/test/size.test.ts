import { expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { closeClientsAfterwards, ioredis } from "./support/clients.js";
import { Desk, meter, reserveRequest } from "./support/desk.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

const CONVERSATIONS = 10_000;
const AT_ONCE = 200;

/** As long as the real thing, and as hard to compress. */
const text = (seed: string, length: number) => {
  let random = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return Array.from({ length }, () => {
    random = (random * 1_664_525 + 1_013_904_223) >>> 0;
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[random >>> 26];
  }).join("");
};

describeWithServers("a conversation", () => {
  it("takes less than 2.5 KB, its consumer and two meters of its own included", { timeout: 60_000 }, async () => {
    const server = await RedisServer.start();
    const { client, command } = await ioredis(server.port);
    const desk = await Desk.at(redisLedger(client));
    const used = async () => Number(/used_memory:(\d+)/.exec(String(await command("INFO", "memory")))?.[1]);
    const start = async (index: number) => {
      const consumer = text(`consumer ${index}`, 22);
      const reservation = text(`reservation ${index}`, 22);
      const request = reserveRequest(reservation, {
        consumer,
        fingerprint: text(`fingerprint ${index}`, 22),
        payload: text(`order ${index}`, 300),
        meters: [
          meter({ name: "starts", key: consumer, unit: "starts", max: 10 }),
          meter({ key: consumer, windowMs: 86_400_000 }),
        ],
      });
      await desk.step("reserve", request);
      await desk.step("commit", {
        reservation,
        conversation: `${text(`conversation ${index}`, 32)}-${index % 1000}`.padEnd(36, "0"),
        token: text(`token ${index}`, 22),
        payload: text(`grant ${index}`, 1200),
        maxSeconds: 600,
      });
      await desk.step("keep", { claim: { reservation }, keepMs: 90_000 });
    };
    await start(CONVERSATIONS);
    const before = await used();
    for (let first = 0; first < CONVERSATIONS; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => start(first + index)));
    }
    const bytes = ((await used()) - before) / CONVERSATIONS;
    console.log(`Redis: ${Math.round(bytes)} bytes a conversation`);
    expect(bytes).toBeLessThan(2500);
    for (const name of ["records", "conversations", "tokens", "consumers", "due", "meters", "expiry"]) {
      const whole = Number(await command("MEMORY", "USAGE", `{equos-broker}:${name}`, "SAMPLES", "0"));
      console.log(`  ${name}: ${Math.round(whole / CONVERSATIONS)}`);
    }
  });
});
