import { expect, it } from "vitest";
import { redisStore } from "../../src/index.js";
import { clients, closeClientsAfterwards, ioredis, nodeRedis } from "../support/clients.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "../support/redis-server.js";
import { proposal, TestStore } from "../support/test-store.js";
import { until } from "../support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

describeWithServers("a full Redis", () => {
  it.each(clients)("refuses starts only, through %s", async (_, connect) => {
    const server = await RedisServer.start("--maxmemory", "8mb", "--maxmemory-policy", "noeviction");
    const { client, command } = await connect(server.port);
    const tested = await TestStore.at(client);
    const members = [{ set: "all", id: "ann-1", until: Date.now() + 60_000 }];
    const version = await tested.saved({ consumer: "ann", dueAt: Date.now(), aliases: { set: ["a"] }, members });
    const fill = async (bytes: number) => {
      for (let index = 0; ; index += 1) {
        try {
          await command("SET", `filler ${bytes} ${index}`, "x".repeat(bytes));
        } catch (error) {
          expect(String(error)).toContain("OOM");
          return;
        }
      }
    };
    await fill(100_000);
    await fill(10);

    const keys = await command("DBSIZE");
    const before = await tested.load("ann");
    const start = { start: true, members: [{ set: "all", id: "new", until: Date.now() + 60_000 }] };
    await expect(tested.save({ consumer: "bob", ...start })).rejects.toThrow("OOM");
    await expect(tested.save({ consumer: "ann", version, ...start })).rejects.toThrow("OOM");
    expect(await command("DBSIZE")).toBe(keys);
    expect(await tested.load("ann")).toEqual({ ...before, now: expect.any(Number) });
    expect(await command("ZCARD", "{equos-broker}:m:all")).toBe(1);

    // Larger than before, with everything that a change can carry.
    const stop = {
      ...{ consumer: "ann", state: "s".repeat(50_000), dueAt: Date.now() },
      aliases: { set: ["b"], delete: ["a"] },
      sealed: { set: { note: "sealed" } },
      members: [{ set: "all", id: "ann-1", until: 0 }],
      counters: [{ key: "seconds", add: 5, expiresAt: Date.now() + 60_000 }],
    };
    expect(await tested.saved({ ...stop, version })).toBe(version + 1);
    expect(await tested.load("ann", ["seconds"])).toMatchObject({ version: version + 1, counters: { seconds: 5 } });
    expect(await tested.byAlias("a")).toMatchObject({ consumer: undefined });
    expect(await tested.claimDue()).toMatchObject({ claimed: [{ consumer: "ann" }] });
    expect(await tested.store.acquireLease("sweep", "me", 1000, tested.context)).toMatchObject({ granted: true });
    expect(await tested.store.updateMeta({ joinSeen: true }, tested.context)).toMatchObject({ updated: true });
    // A loss is recorded as well.
    tested.seen += 50;
    const { seen } = tested;
    expect(await tested.load("ann")).toMatchObject({ lossId: expect.any(String), sequence: seen + 1 });
    expect(await tested.save({ consumer: "bob", ...start })).toMatchObject({ result: "recovering" });
    await tested.recover();
    await expect(tested.save({ consumer: "bob", ...start })).rejects.toThrow("OOM");

    expect(await tested.saved({ consumer: "ann", version: version + 1, state: undefined })).toBe(0);
    await command("CONFIG", "SET", "maxmemory", "0");
    await tested.saved({ consumer: "bob", ...start });
  });

  it("does not open new data", async () => {
    const server = await RedisServer.start("--maxmemory", "1");
    const { client, command } = await ioredis(server.port);
    await expect(redisStore(client).open(proposal)).rejects.toThrow("OOM");
    expect(await command("DBSIZE")).toBe(0);
  });
});

describeWithServers("a Redis that evicts data", () => {
  it.each(["allkeys-lru", "volatile-ttl"])("is refused at open: %s", async (policy) => {
    const server = await RedisServer.start("--maxmemory-policy", policy);
    const { client, command } = await ioredis(server.port);
    const store = redisStore(client, { noEviction: true });
    await expect(store.open(proposal)).rejects.toMatchObject({
      code: "store-misconfigured",
      message: expect.stringMatching(`${policy}.*Set maxmemory-policy to noeviction`),
    });
    expect(await command("DBSIZE")).toBe(0);
    await command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    expect(await store.open(proposal)).toMatchObject({ key: "sealed key" });
  });

  it("is refused if it does not report its policy, unless the team states it", async () => {
    const server = await RedisServer.start();
    const { command } = await ioredis(server.port);
    await command("ACL", "SETUSER", "app", "on", ">secret", "~*", "+@all", "-info");
    const { client } = await nodeRedis(server.url.replace("//", "//app:secret@"));
    const refused = redisStore(client).open(proposal);
    await expect(refused).rejects.toMatchObject({ code: "store-misconfigured" });
    await expect(refused).rejects.toThrow("noEviction: true");
    expect(await redisStore(client, { noEviction: true }).open(proposal)).toMatchObject({ format: 1 });
  });
});

describeWithServers("a replica", () => {
  it("answers reads, and rejects writes", async () => {
    const [first, second] = [await RedisServer.start("--repl-diskless-sync-delay", "0"), await RedisServer.start()];
    const { client } = await ioredis(first.port);
    const tested = await TestStore.at(client);
    await tested.saved({ consumer: "ann", aliases: { set: ["a"] } });
    const replica = await ioredis(second.port);
    await replica.command("REPLICAOF", "127.0.0.1", String(first.port));
    await until(async () => String(await replica.command("INFO", "replication")).includes("master_link_status:up"));
    const store = redisStore(replica.client);
    expect(await store.open(proposal)).toMatchObject({ id: tested.storeId });
    expect(await store.load({ by: { alias: "a" } }, tested.context)).toMatchObject({ consumer: "ann" });
    await expect(store.acquireLease("sweep", "me", 1000, tested.context)).rejects.toThrow("READONLY");
  });
});
