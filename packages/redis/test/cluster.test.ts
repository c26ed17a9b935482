import { expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { closeClientsAfterwards, ioredisCluster, nodeRedisCluster } from "./support/clients.js";
import { RedisCluster } from "./support/cluster.js";
import { contractIn } from "./support/contract.js";
import { commitRequest, Desk, reserveRequest, TestClock } from "./support/desk.js";
import { describeWithServers, stopServersAfterwards } from "./support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

const clients = [
  ["redis", nodeRedisCluster],
  ["ioredis", ioredisCluster],
] as const;

describeWithServers("in a Cluster of three nodes", () => {
  let cluster: Promise<RedisCluster> | undefined;
  const open = () => {
    cluster ??= RedisCluster.start(3);
    return cluster;
  };
  // Each case has a prefix of its own, so that all of them together are on all nodes.
  for (const [name, connect] of clients) {
    contractIn(`the contract of a ledger, through ${name}`, async () => (await open()).port, connect, { runs: 2 });
  }

  it.each(clients)("the books go on when their slot has moved to another node, through %s", async (name, connect) => {
    const { port } = await open();
    const { client } = await connect(port);
    const prefix = `moving-${name}`;
    const desk = await Desk.at(redisLedger(client, { prefix, clock: new TestClock() }));
    await desk.start("ann-1");
    await desk.step("reserve", reserveRequest("bob-1"));
    await (await open()).moveSlotOf(`{${prefix}}:meta`, async () => {
      // Redis refuses scripts of several keys while a slot is between two nodes: unavailable, and nothing done by halves.
      await expect(desk.step("commit", commitRequest("bob-1"))).rejects.toThrow(/TRYAGAIN|redirections/);
    });
    expect(await desk.step("commit", commitRequest("bob-1"))).toMatchObject({ moved: true, delivery: 1 });
    expect(await desk.record("ann-1")).toMatchObject({ state: "running" });
    expect(await desk.step("reserve", reserveRequest("bob-2"))).toMatchObject({ outcome: "resumed", delivery: 2 });
    expect(await desk.step("stop", { claim: { consumer: "ann" }, reason: "owner" })).toMatchObject({ moved: true });
  });
});
