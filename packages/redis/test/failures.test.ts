import { expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { clients, closeClientsAfterwards, ioredis, ioredisGivingUp, nodeRedis } from "./support/clients.js";
import { commitRequest, Desk, meter, reserveRequest, TestClock, terms } from "./support/desk.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

describeWithServers("a Redis that throws entries away", () => {
  it.each(["allkeys-lru", "volatile-ttl"])("is refused when it is opened: %s", async (policy) => {
    const server = await RedisServer.start("--maxmemory-policy", policy);
    const { client, command } = await ioredis(server.port);
    const ledger = redisLedger(client);
    const refused = ledger.open({ nonce: "nonce123", key: "key" });
    await expect(refused).rejects.toMatchObject({
      code: "ledger-misconfigured",
      message: expect.stringMatching(`${policy}.*set maxmemory-policy to noeviction`),
    });
    expect(await command("DBSIZE")).toBe(0);
    await command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    expect(await ledger.open({ nonce: "nonce123", key: "key" })).toMatchObject({ key: "key" });
  });

  it("is refused when lost books are opened again", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    await command("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
    await command("FLUSHALL");
    expect(await desk.answer("due", { limit: 1 })).toMatchObject({ refused: "lost" });
    await expect(Desk.opened(desk.ledger)).rejects.toMatchObject({ code: "ledger-misconfigured" });
  });
});

describeWithServers("a Redis that is out of memory", () => {
  it.each(clients)("takes no start, changes nothing by halves, and lets conversations end: %s", async (_, connect) => {
    const server = await RedisServer.start("--enable-debug-command", "yes");
    const { client, command } = await connect(server.port);
    const clock = new TestClock();
    const desk = await Desk.at(redisLedger(client, { clock }));
    const adopted = { ...commitRequest("cy-1"), consumer: "cy", elapsedMs: 1000, terms };
    await desk.start("ann-1", { meters: [meter()] });
    await desk.step("reserve", reserveRequest("bob-1"));
    await command("CONFIG", "SET", "maxmemory", "1");

    const before = await command("DEBUG", "DIGEST");
    const other = reserveRequest("ann-2", { fingerprint: "teacher", meters: [meter()] });
    await expect(desk.step("reserve", other)).rejects.toThrow("OOM");
    await expect(desk.step("adopt", adopted)).rejects.toThrow("OOM");
    expect(await command("DEBUG", "DIGEST")).toBe(before);

    expect(await desk.step("commit", commitRequest("bob-1"))).toMatchObject({ moved: true });
    const claim = { token: "token of ann-1" };
    expect(await desk.step("keep", { claim, keepMs: 1000 })).toMatchObject({ moved: true });
    expect(await desk.step("stop", { claim, reason: "owner" })).toMatchObject({ moved: true });
    expect(await desk.step("end", { reservation: "ann-1", reason: "owner" })).toMatchObject({ moved: true });
    expect(await desk.step("announced", { reservation: "ann-1" })).toMatchObject({ moved: true });
    clock.advance(600_000);
    expect(await desk.step("due", { limit: 10 })).toMatchObject({ records: [{ reservation: "bob-1" }] });
    expect(await desk.record("ann-1")).toBeUndefined();

    await command("CONFIG", "SET", "maxmemory", "0");
    expect(await desk.step("reserve", other)).toMatchObject({ outcome: "reserved" });
  });

  it("keeps no books that nobody has opened yet", async () => {
    const server = await RedisServer.start("--maxmemory", "1");
    const { client, command } = await ioredis(server.port);
    await expect(Desk.opened(redisLedger(client))).rejects.toThrow("OOM");
    expect(await command("DBSIZE")).toBe(0);
  });
});

describeWithServers("a Redis that takes no writes", () => {
  it("is read from, and its refusal passed on", async () => {
    const [first, second] = [await RedisServer.start(), await RedisServer.start()];
    const { client } = await ioredis(first.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.start("ann-1");
    const replica = await ioredis(second.port);
    await replica.command("REPLICAOF", "127.0.0.1", String(first.port));
    await until(async () => String(await replica.command("INFO", "replication")).includes("master_link_status:up"));

    const ledger = redisLedger(replica.client);
    const find = await ledger.step("find", { claim: { consumer: "ann" } }, desk.context());
    expect(find).toMatchObject({ result: { claim: "found" } });
    const stop = { claim: { consumer: "ann" }, reason: "owner" } as const;
    await expect(ledger.step("stop", stop, desk.context())).rejects.toThrow("READONLY");
    expect(await ledger.open({ nonce: "nonce456", key: "another" })).toMatchObject({ id: desk.id });
  });
});

describeWithServers("a Redis that holds something else under a key of ours", () => {
  it("rejects, and nothing is done by halves", async () => {
    const server = await RedisServer.start("--enable-debug-command", "yes");
    const { client, command } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.start("ann-1");
    await command("SET", "{equos-broker}:tokens", "text");
    const before = await command("DEBUG", "DIGEST");
    await expect(desk.step("stop", { claim: { token: "x" }, reason: "owner" })).rejects.toThrow("WRONGTYPE");
    expect(await command("DEBUG", "DIGEST")).toBe(before);
  });
});

describeWithServers("a Redis that is gone", () => {
  it("rejects once the client gives up: redis", async () => {
    const server = await RedisServer.start();
    const { client, close } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    await server.kill();
    const outcome = expect(desk.step("due", { limit: 1 })).rejects.toThrow();
    await close();
    await outcome;
    await expect(desk.step("due", { limit: 1 })).rejects.toThrow("closed");
  });

  it("rejects once the client gives up: ioredis", async () => {
    const server = await RedisServer.start();
    const { client } = await ioredisGivingUp(server.port);
    const desk = await Desk.at(redisLedger(client));
    await server.kill();
    await expect(desk.step("due", { limit: 1 })).rejects.toThrow("max retries");
    await server.run();
    expect(await desk.answer("due", { limit: 1 })).toMatchObject({ refused: "lost" });
  });
});
