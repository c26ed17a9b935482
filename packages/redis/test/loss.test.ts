import { expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { clients, closeClientsAfterwards, ioredis, nodeRedis } from "./support/clients.js";
import { Desk, reserveRequest } from "./support/desk.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

const SEQUENCE = ["{equos-broker}:meta", "sequence"] as const;

describeWithServers("books that are lost", () => {
  it.each(clients)("refuse every step, and are opened anew, recovering: %s", async (_, connect) => {
    const server = await RedisServer.start();
    const { client, command } = await connect(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.start("ann-1");
    await command("FLUSHALL");
    for (const name of ["recovered", "live"] as const) {
      expect(await desk.answer(name, {})).toEqual({ now: expect.any(Number), refused: "lost" });
    }
    expect(await command("DBSIZE")).toBe(0);

    const anew = await Desk.opened(desk.ledger);
    expect(anew.id).not.toBe(desk.id);
    expect(await desk.answer("live", {})).toMatchObject({ refused: "lost" });
    expect(await anew.step("reserve", reserveRequest("ann-2"))).toEqual({ outcome: "recovering" });
    expect(await anew.step("due", { limit: 1 })).toMatchObject({ recovering: true });
    await anew.step("recovered", {});
    expect(await anew.step("reserve", reserveRequest("ann-2"))).toMatchObject({ outcome: "reserved" });
  });
});

describeWithServers("a Redis that was killed", () => {
  it.each(clients)("has the same books when it writes each step to disk: %s", async (_, connect) => {
    const server = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    const { client } = await connect(server.port);
    const desk = await Desk.at(redisLedger(client));
    const record = await desk.start("ann-1");
    await server.kill();
    await server.run();
    await until(async () => (await desk.answer("live", {}).catch(() => undefined)) !== undefined);
    expect(await Desk.opened(desk.ledger)).toMatchObject({ id: desk.id });
    expect(await desk.record("ann-1")).toEqual(record);
    expect(await desk.step("reserve", reserveRequest("ann-2"))).toMatchObject({ outcome: "resumed" });
  });

  it("is recovering when it comes back with an older copy, and whoever has seen newer pages says so", async () => {
    const server = await RedisServer.start();
    const { client, command } = await ioredis(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.start("ann-1");
    await command("SAVE");
    await desk.start("bob-1");
    await server.kill();
    await server.run();
    await until(async () => (await desk.ledger.open({ nonce: "nonce456", key: "x" })).id === desk.id);

    const blind = { seen: 0 };
    const reserve = reserveRequest("cy-1");
    expect(await desk.answer("reserve", reserve, blind)).toMatchObject({ result: { outcome: "reserved" } });
    expect(await desk.answer("reserve", reserveRequest("bob-2"))).toMatchObject({ result: { outcome: "recovering" } });
    expect(await desk.answer("reserve", reserveRequest("bob-2"), blind)).toMatchObject({
      result: { outcome: "recovering" },
    });
    await desk.step("recovered", {});
    expect(await desk.answer("reserve", reserveRequest("bob-2"))).toMatchObject({ result: { outcome: "reserved" } });
  });
});

describeWithServers("a sequence", () => {
  it("that went back makes the books recovering, at a read too, and goes on above all that was seen", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.start("ann-1");
    const { seen } = desk;
    await command("HSET", ...SEQUENCE, String(seen - 1));
    const found = await desk.answer("find", { claim: { consumer: "ann" } });
    expect(found).toMatchObject({ sequence: seen + 1, result: { claim: "found" } });
    expect(await desk.step("reserve", reserveRequest("bob-1"))).toEqual({ outcome: "recovering" });
    await desk.step("recovered", {});
    expect(await desk.step("reserve", reserveRequest("bob-1"))).toMatchObject({ outcome: "reserved" });
  });

  it("that goes back while others recover keeps the books recovering", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.start("ann-1");
    await command("HSET", ...SEQUENCE, "1");
    await desk.step("recovered", {});
    expect(await desk.step("due", { limit: 1 })).toMatchObject({ recovering: true });
  });

  it("rises with each step that writes, with no other, and may be damaged", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    const { seen } = desk;
    await desk.start("ann-1");
    expect(desk.seen).toBe(seen + 2);
    await desk.step("find", { claim: { consumer: "ann" } });
    await desk.step("due", { limit: 10 });
    await desk.step("stop", { claim: { consumer: "bob" }, reason: "owner" });
    expect(desk.seen).toBe(seen + 2);
    for (const damage of ["text", "-4", "1.5", "1e300", "nan", ""]) {
      await command("HSET", ...SEQUENCE, damage);
      expect(await desk.step("due", { limit: 10 })).toMatchObject({ recovering: true });
    }
  });
});
