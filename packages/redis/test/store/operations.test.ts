import { expect, it } from "vitest";
import { redisStore } from "../../src/index.js";
import {
  clients,
  closeClientsAfterwards,
  ioredisCluster,
  nodeRedis,
  nodeRedisCluster,
  olderClients,
  upstashClients,
} from "../support/clients.js";
import { RedisCluster } from "../support/cluster.js";
import { anyRedis, describeWithServers, stopServersAfterwards } from "../support/redis-server.js";
import { proposal, TestStore } from "../support/test-store.js";

stopServersAfterwards();
closeClientsAfterwards();

describeWithServers("a store in Redis", () => {
  let url: Promise<string> | undefined;
  const where = () => {
    url ??= anyRedis();
    return url;
  };
  let prefixes = 0;
  const nextPrefix = () => {
    prefixes += 1;
    return `store-${process.pid}-${prefixes}`;
  };

  let cluster: Promise<RedisCluster> | undefined;
  const clusterPort = async () => {
    cluster ??= RedisCluster.start(3);
    return (await cluster).port;
  };

  it.each([
    ...[...clients, ...olderClients, ...upstashClients].map(([name, connect]) => [name, connect, where] as const),
    ["redis, in a Cluster", nodeRedisCluster, clusterPort] as const,
    ["ioredis, in a Cluster", ioredisCluster, clusterPort] as const,
  ])("keeps a conversation through %s", async (_, connect, place) => {
    const { client } = await connect(await place());
    const prefix = nextPrefix();
    const identity = await redisStore(client, { prefix }).open(proposal);
    expect(identity).toMatchObject({ key: "sealed key", format: 1 });
    expect(identity.id).toBe(`${identity.now.toString(36)}-nonce123`);
    const tested = await TestStore.at(client, { prefix });
    expect(tested.storeId).toBe(identity.id);

    const texts = { grant: `"quotes" \\ / \u0000 \n 👋 ${"ä€".repeat(50_000)}`, note: "{}" };
    const state = JSON.stringify({ list: [], big: 1e300, text: texts.grant });
    const version = await tested.saved({
      ...{ consumer: "ann", state, dueAt: Date.now() - 1, start: true },
      aliases: { set: ["conversation", "token"] },
      sealed: { set: texts },
      members: [{ set: "all", id: "r1", until: Date.now() + 60_000, bound: 1 }],
      counters: [{ key: "ip", add: 1, bound: 3, expiresAt: Date.now() + 60_000 }],
    });
    expect(version).toBeGreaterThan(Date.now() - 10_000);
    const loaded = await tested.load("ann", ["ip", "other"]);
    expect(loaded).toMatchObject({ consumer: "ann", version, state, sealed: texts, counters: { ip: 1, other: 0 } });
    expect(await tested.byAlias("token")).toMatchObject({ consumer: "ann", version, state, sealed: {}, counters: {} });
    expect(await tested.byAlias("none")).toMatchObject({ consumer: undefined, version: 0, state: undefined });
    const other = { consumer: "bob", members: [{ set: "all", id: "r2", until: Date.now() + 60_000, bound: 1 }] };
    expect(await tested.save(other)).toMatchObject({ result: "limit-reached", limit: "all", value: 1 });
    expect(await tested.save({ consumer: "bob", aliases: { set: ["token"] } })).toMatchObject({
      result: "alias-taken",
    });

    expect(await tested.store.list(undefined, tested.context)).toMatchObject({
      states: [{ consumer: "ann", version, state }],
      cursor: undefined,
    });
    const claimed = await tested.claimDue();
    expect(claimed).toMatchObject({ claimed: [{ consumer: "ann", version, state }] });
    expect(claimed.nextDueAt).toBe(claimed.now + 1000);
    expect(await tested.claimDue()).toMatchObject({ claimed: [], nextDueAt: claimed.nextDueAt });
    await tested.saved({ consumer: "ann", version, state: undefined });
    expect(await tested.byAlias("token")).toMatchObject({ consumer: "ann", version: 0, state: undefined });
    expect(await tested.claimDue()).toMatchObject({ claimed: [], nextDueAt: undefined });
    expect(await tested.store.list(undefined, tested.context)).toMatchObject({ states: [], cursor: undefined });
  });

  it("lists all consumers in pages", async () => {
    const { client } = await nodeRedis(await where());
    const tested = await TestStore.at(client, { prefix: nextPrefix() });
    const consumers = Array.from({ length: 500 }, (_, index) => `consumer ${index}`);
    await Promise.all(consumers.map((consumer) => tested.saved({ consumer, dueAt: Date.now() + 60_000 })));
    const listed = new Set<string>();
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await tested.store.list(cursor, tested.context);
      if (page.replaced) throw new Error("the data was replaced");
      for (const { consumer } of page.states) listed.add(consumer);
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== undefined);
    expect([...listed].sort()).toEqual([...consumers].sort());
    expect(pages).toBeGreaterThan(2);
  });
});
