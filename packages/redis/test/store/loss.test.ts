import { expect, it } from "vitest";
import { redisStore } from "../../src/index.js";
import { clients, closeClientsAfterwards, nodeRedis } from "../support/clients.js";
import { RedisPair } from "../support/pair.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "../support/redis-server.js";
import { proposal, TestStore } from "../support/test-store.js";
import { until } from "../support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

describeWithServers("lost data", () => {
  it.each(clients)("is replaced, and new data starts in recovery, through %s", async (_, connect) => {
    const server = await RedisServer.start();
    const { client, command } = await connect(server.port);
    const tested = await TestStore.at(client);
    await tested.saved({ consumer: "ann" });
    await command("FLUSHALL");
    const { store, context } = tested;
    const change = { consumer: "ann", version: 0, state: "s", expiresAt: 0, notAfter: Number.MAX_SAFE_INTEGER };
    for (const answer of [
      store.load({ by: { consumer: "ann" } }, context),
      store.save(change, context),
      store.claimDue({ limit: 1, leaseMs: 1 }, context),
      store.list(undefined, context),
      store.acquireLease("sweep", "me", 1000, context),
      store.updateMeta({ joinSeen: true }, context),
    ]) {
      expect(await answer).toEqual({ now: expect.any(Number), replaced: true });
    }
    expect(await command("DBSIZE")).toBe(0);

    const identity = await store.open(proposal);
    expect(identity.id).not.toBe(tested.storeId);
    expect(await store.load({ by: { consumer: "ann" } }, context)).toMatchObject({ replaced: true });
    const anew = { storeId: identity.id, seen: 0 };
    const loaded = await store.load({ by: { consumer: "ann" } }, anew);
    expect(loaded).toMatchObject({ lossId: expect.any(String), joinSeen: false, version: 0 });
    const start = { ...change, start: true };
    expect(await store.save(start, anew)).toMatchObject({ result: "recovering" });
    if (loaded.replaced || loaded.lossId === undefined) throw new Error("no loss");
    expect(await store.updateMeta({ recovered: loaded.lossId }, anew)).toMatchObject({ updated: true });
    expect(await store.save(start, anew)).toMatchObject({ result: "saved" });
  });

  it("is a loss when a due entry has no state", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const tested = await TestStore.at(client);
    await tested.saved({ consumer: "ann", dueAt: Date.now() });
    await tested.saved({ consumer: "bob", dueAt: Date.now() });
    await command("DEL", "{equos-broker}:c:ann");
    const claimed = await tested.claimDue();
    expect(claimed).toMatchObject({ claimed: [{ consumer: "bob" }], lossId: expect.any(String) });
    expect(await tested.save({ consumer: "cy", start: true })).toMatchObject({ result: "recovering" });
    await tested.recover();
    const recovered = await tested.claimDue();
    expect(recovered.claimed).toEqual([]);
    expect(recovered.lossId).toBeUndefined();
  });
});

describeWithServers("a failover", () => {
  it("to a replica that was behind is a loss, with a sequence above all that was seen", async () => {
    const pair = await RedisPair.start();
    const { client } = await pair.connect(nodeRedis);
    const tested = await TestStore.at(client);
    await tested.saved({ consumer: "ann", aliases: { set: ["a"] } });
    await pair.cut();
    await tested.saved({ consumer: "bob" });
    await pair.failOver();

    expect(await redisStore(client).open(proposal)).toMatchObject({ id: tested.storeId });
    const { seen } = tested;
    expect(await tested.save({ consumer: "bob", start: true })).toMatchObject({
      result: "recovering",
      sequence: seen + 1,
    });
    expect(await tested.load("bob")).toMatchObject({ version: 0, lossId: expect.any(String), sequence: seen + 1 });
    expect(await tested.byAlias("a")).toMatchObject({ consumer: "ann", state: "state" });
    expect(await tested.save({ consumer: "cy", start: true })).toMatchObject({ result: "recovering" });
    expect(await tested.store.updateMeta({ recovered: "older" }, tested.context)).toMatchObject({ updated: false });
    await tested.recover();
    await tested.saved({ consumer: "bob", start: true });
  });

  it("to an older dump is a loss", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const tested = await TestStore.at(client);
    await tested.saved({ consumer: "ann" });
    await command("SAVE");
    await tested.saved({ consumer: "bob" });
    await server.kill();
    await server.run();
    await until(() =>
      tested.load("bob").then(
        () => true,
        () => false,
      ),
    );
    expect(await tested.load("bob")).toMatchObject({ version: 0, lossId: expect.any(String) });
  });
});

describeWithServers("a sequence", () => {
  it("rises with each operation that writes, and with no other", async () => {
    const server = await RedisServer.start();
    const { client } = await nodeRedis(server.port);
    const tested = await TestStore.at(client);
    const { store, seen } = tested;
    const version = await tested.saved({ consumer: "ann", dueAt: Date.now() });
    await tested.load("ann");
    await tested.save({ consumer: "ann", version: 3 });
    await store.list(undefined, tested.context);
    expect((await tested.load("ann")).sequence).toBe(seen + 1);
    await tested.claimDue();
    await tested.claimDue();
    await tested.saved({ consumer: "ann", version });
    expect(tested.seen).toBe(seen + 3);
  });

  it.each(["text", "-4", "1e300", "nan", ""])("that is damaged is a loss: %s", async (damage) => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const tested = await TestStore.at(client);
    const { seen } = tested;
    await command("HSET", "{equos-broker}:meta", "sequence", damage);
    expect(await tested.load("ann")).toMatchObject({ lossId: expect.any(String), sequence: seen + 1 });
  });
});
