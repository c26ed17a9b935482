import { expect, it } from "vitest";
import { type NodeRedisClient, redisStore } from "../../src/index.js";
import { clients, closeClientsAfterwards, ioredisCluster, nodeRedis, nodeRedisCluster } from "../support/clients.js";
import { RedisCluster } from "../support/cluster.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "../support/redis-server.js";
import { proposal, TestStore } from "../support/test-store.js";
import { until } from "../support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

const DAY = 24 * 60 * 60 * 1000;

describeWithServers("the keys of a store", () => {
  it("all expire, and those of the whole store outlive the data by 31 days", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const tested = await TestStore.at(client);
    const expiresAt = Date.now() + 90 * DAY;
    const first = await tested.saved({
      ...{ consumer: "ann", dueAt: Date.now(), expiresAt, start: true },
      aliases: { set: ["a"] },
      sealed: { set: { text: "sealed" } },
      members: [{ set: "all", id: "ann", until: Date.now() + DAY }],
      counters: [{ key: "ip", add: 1, expiresAt: Date.now() + DAY }],
    });
    await tested.saved({ consumer: "ann", version: first, dueAt: Date.now(), expiresAt: Date.now() + 1000 });
    await tested.saved({ consumer: "bob", dueAt: Date.now() });
    await tested.claimDue();
    await tested.store.acquireLease("sweep", "me", 1000, tested.context);
    await tested.store.updateMeta({ key: { from: "sealed key", to: "other" } }, tested.context);

    // The client returns names as texts.
    const keys = (await command("KEYS", "*")) as string[];
    const expiries = await Promise.all(keys.map(async (key) => [key, Number(await command("PTTL", key))] as const));
    expect(expiries.map(([key]) => key.replace("{equos-broker}:", "")).sort()).toEqual([
      "a:a",
      "c:ann",
      "c:bob",
      "due",
      "l:sweep",
      "m:all",
      "meta",
      "n:ip",
    ]);
    for (const [key, ms] of expiries) expect(ms, key).toBeGreaterThan(0);
    const of = (name: string) => expiries.find(([key]) => key.endsWith(`:${name}`))?.[1] ?? 0;
    expect(of("c:ann")).toBeLessThan(32 * DAY);
    expect(of("m:all")).toBeLessThanOrEqual(DAY);
    for (const name of ["meta", "due"]) {
      expect(of(name)).toBeGreaterThan(120 * DAY);
      expect(of(name)).toBeLessThan(123 * DAY);
    }
  });

  it("hold no state after its expiry, which is no loss", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const tested = await TestStore.at(client);
    const expiresAt = Date.now() + 100;
    const change = { expiresAt, aliases: { set: ["a"] }, sealed: { set: { text: "sealed" } } };
    await tested.saved({ consumer: "ann", dueAt: Date.now(), ...change });
    await tested.saved({ consumer: "bob", dueAt: Date.now() + 60_000, ...change, aliases: {} });
    await tested.saved({ consumer: "cy", ...change, aliases: {} });
    expect(await command("EXISTS", "{equos-broker}:a:a", "{equos-broker}:c:cy")).toBe(2);
    await until(() => Date.now() > expiresAt + 10);
    expect(await command("EXISTS", "{equos-broker}:a:a", "{equos-broker}:c:cy")).toBe(0);
    expect(await tested.load("ann")).toMatchObject({ version: 0, state: undefined, sealed: {} });
    const claimed = await tested.claimDue();
    expect(claimed.claimed).toEqual([]);
    expect(claimed.lossId).toBeUndefined();
    expect(await command("EXISTS", "{equos-broker}:c:ann")).toBe(0);
    // A new state has none of the former texts.
    await tested.saved({ consumer: "bob" });
    expect(await tested.load("bob")).toMatchObject({ state: "state", sealed: {} });
  });

  it("of aliases expire together with the state", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const tested = await TestStore.at(client);
    const ttl = async (alias: string) => Number(await command("PTTL", `{equos-broker}:a:${alias}`));
    const first = await tested.saved({ consumer: "ann", aliases: { set: ["a", "b"] }, expiresAt: Date.now() + DAY });
    await tested.saved({
      consumer: "ann",
      version: first,
      aliases: { delete: ["b"] },
      expiresAt: Date.now() + 9 * DAY,
    });
    expect(await ttl("a")).toBeGreaterThan(8 * DAY);
    expect(await ttl("b")).toBe(-2);
    await tested.saved({ consumer: "ann", version: first + 1, expiresAt: Date.now() + 1000 });
    expect(await ttl("a")).toBeLessThanOrEqual(1000);
    await tested.saved({ consumer: "ann", version: first + 2, state: undefined, expiresAt: Date.now() + DAY });
    expect(await ttl("a")).toBeGreaterThan(1000);
    expect(await tested.byAlias("a")).toMatchObject({ consumer: "ann", version: 0 });
  });

  it("are renewed while the store is in use", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const tested = await TestStore.at(client);
    await command("PEXPIRE", "{equos-broker}:meta", "1000");
    await tested.store.acquireLease("sweep", "me", 1000, tested.context);
    expect(Number(await command("PTTL", "{equos-broker}:meta"))).toBeGreaterThan(31 * DAY);
  });

  it("that hold something else make an operation reject before its first write", async () => {
    const server = await RedisServer.start("--enable-debug-command", "yes");
    const { client, command } = await nodeRedis(server.port);
    const tested = await TestStore.at(client);
    const version = await tested.saved({ consumer: "ann", dueAt: Date.now() });
    for (const key of ["due", "m:all", "n:ip", "a:a", "c:ann"]) {
      const name = `{equos-broker}:${key}`;
      await command("COPY", name, "saved");
      await command("DEL", name);
      await command("RPUSH", name, "x");
      const before = await command("DEBUG", "DIGEST");
      const change = {
        ...{ consumer: "ann", version, aliases: { set: ["a"] } },
        members: [{ set: "all", id: "ann", until: Date.now() + DAY }],
        counters: [{ key: "ip", add: 1, expiresAt: Date.now() + DAY }],
      };
      await expect(tested.save(change)).rejects.toThrow("WRONGTYPE");
      expect(await command("DEBUG", "DIGEST")).toBe(before);
      await command("DEL", name);
      await command("COPY", "saved", name);
      await command("DEL", "saved");
    }
  });
});

describeWithServers("an operation", () => {
  it("is one round trip, and two after Redis has lost its scripts", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    // nodeRedis connects a client of the package redis.
    const real = client as NodeRedisClient;
    let trips = 0;
    const counted: NodeRedisClient = {
      evalSha: (...args) => {
        trips += 1;
        return real.evalSha(...args);
      },
      eval: (...args) => {
        trips += 1;
        return real.eval(...args);
      },
    };
    const tested = await TestStore.at(counted);
    const { store } = tested;
    const operations: readonly (() => unknown)[] = [
      () => store.open(proposal),
      () => tested.load("ann", ["n"]),
      () => tested.save({ consumer: "ann", aliases: { set: ["a"] }, dueAt: Date.now() }),
      () => tested.claimDue(),
      () => store.list(undefined, tested.context),
      () => store.acquireLease("sweep", "me", 1000, tested.context),
      () => store.updateMeta({ joinSeen: true }, tested.context),
    ];
    const tripsOf = async () => {
      const counts: number[] = [];
      for (const operation of operations) {
        const before = trips;
        await operation();
        counts.push(trips - before);
      }
      return counts;
    };
    await tripsOf();
    expect(await tripsOf()).toEqual([1, 1, 1, 1, 1, 1, 1]);
    await command("SCRIPT", "FLUSH");
    expect(await tripsOf()).toEqual([2, 2, 2, 2, 2, 2, 2]);
  });

  it.each(clients)("is atomic when many callers save at once, through %s", async (_, connect) => {
    const server = await RedisServer.start();
    const { client } = await connect(server.port);
    const tested = await TestStore.at(client);
    const endsAt = Date.now() + DAY;
    const changes = Array.from({ length: 50 }, (_, index) => ({
      consumer: `consumer ${index % 25}`,
      members: [{ set: "all", id: `member ${index}`, until: endsAt, bound: 10 }],
      counters: [{ key: "ip", add: 1, bound: 8, expiresAt: endsAt }],
    }));
    const results = (await Promise.all(changes.map((change) => tested.save(change)))).map(({ result }) => result);
    expect(results.filter((result) => result === "saved")).toHaveLength(8);
    expect(await tested.load("none", ["ip"])).toMatchObject({ counters: { ip: 8 } });
  });

  it("rejects if a client returns no answer of the script", async () => {
    const returning = (value: unknown) => redisStore({ eval: async () => value, evalsha: async () => value });
    for (const value of [7, null, "{}", "null"]) {
      await expect(returning(value).open(proposal)).rejects.toThrow(TypeError);
    }
  });
});

describeWithServers("in a Cluster of three nodes", () => {
  let cluster: Promise<RedisCluster> | undefined;
  const open = () => {
    cluster ??= RedisCluster.start(3);
    return cluster;
  };

  it.each([
    ["redis", nodeRedisCluster],
    ["ioredis", ioredisCluster],
  ] as const)("a store goes on when its slot moves to another node, through %s", async (name, connect) => {
    const { port } = await open();
    const { client, command } = await connect(port);
    const prefix = `moving-${name}`;
    const tested = await TestStore.at(client, { prefix });
    const version = await tested.saved({ consumer: "ann", aliases: { set: ["a"] }, dueAt: Date.now() });
    await tested.saved({ consumer: "bob", dueAt: Date.now() });
    const stop = { consumer: "ann", version, aliases: { set: ["b"] }, dueAt: Date.now() };
    await (await open()).moveSlotOf(`{${prefix}}:meta`, async () => {
      // Redis refuses scripts whose keys are not all on one node.
      await expect(tested.saved(stop)).rejects.toThrow(/TRYAGAIN|redirections/);
      // As if this state were still on the other node.
      await command("DEL", `{${prefix}}:c:bob`);
      await expect(tested.claimDue()).rejects.toThrow(/TRYAGAIN|redirections|non local key/);
      await expect(tested.load("bob")).rejects.toThrow(/TRYAGAIN|redirections/);
    });
    const absent = await tested.byAlias("b");
    expect(absent.consumer).toBeUndefined();
    expect(absent.lossId).toBeUndefined();
    expect(await tested.saved(stop)).toBe(version + 1);
    expect(await tested.byAlias("b")).toMatchObject({ consumer: "ann", version: version + 1 });
    expect(await tested.claimDue()).toMatchObject({ claimed: [{ consumer: "ann" }], lossId: expect.any(String) });
  });
});
