import { expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import {
  type Connect,
  clients,
  closeClientsAfterwards,
  ioredisCluster,
  nodeRedis,
  nodeRedisCluster,
} from "./support/clients.js";
import { commitRequest, Desk, meter, reserveRequest, TestClock, terms } from "./support/desk.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

/** A Cluster of one node. */
async function makeCluster({ port }: RedisServer): Promise<void> {
  const { command } = await nodeRedis(port);
  await command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
  await until(async () => String(await command("CLUSTER", "INFO")).includes("cluster_state:ok"));
}

/** A whole life, by each step that writes. */
async function live(connect: Connect, port: number): Promise<void> {
  const { client } = await connect(port);
  const clock = new TestClock();
  const desk = await Desk.at(redisLedger(client, { clock }));
  const reserved = await desk.step("reserve", reserveRequest("ann-1", { meters: [meter({ max: 700 })] }));
  const readings = [{ name: "seconds", left: 100, resetMs: expect.any(Number) }];
  expect(reserved).toEqual({ outcome: "reserved", maxSeconds: 600, replaces: [], readings });
  expect(await desk.step("commit", commitRequest("ann-1"))).toEqual({
    moved: true,
    delivery: 1,
    record: {
      ...{ reservation: "ann-1", state: "running", consumer: "ann", fingerprint: "guide", payload: "sealed grant" },
      ...{ conversation: "conversation of ann-1", deliveries: 1, maxSeconds: 600, joined: false, attempts: 0 },
      ...{ reservedAt: clock.now(), startedAt: clock.now(), endsAt: clock.now() + 600_000 },
    },
  });
  expect(await desk.step("reserve", reserveRequest("ann-2"))).toMatchObject({ outcome: "resumed", delivery: 2 });
  clock.advance(5000);
  const token = { token: "token of ann-1" };
  expect(await desk.step("keep", { claim: token, keepMs: 90_000 })).toMatchObject({ claim: "found", moved: true });
  expect(await desk.step("find", { claim: { consumer: "ann" } })).toMatchObject({ record: { joined: true } });
  expect(await desk.step("due", { limit: 10 })).toEqual({
    records: [],
    pending: true,
    joinSeen: false,
    recovering: false,
    damaged: [],
  });
  expect(await desk.step("stop", { claim: token, reason: "owner" })).toMatchObject({ record: { state: "stopping" } });
  clock.advance(terms.leaseMs);
  const stopping = { state: "stopping", attempts: 2, reason: "owner" };
  expect(await desk.step("due", { limit: 10 })).toMatchObject({ records: [stopping] });
  const ended = await desk.step("end", { reservation: "ann-1", reason: "owner", seconds: 40 });
  expect(ended).toMatchObject({ moved: true, record: { state: "ended", seconds: 40 } });
  expect(await desk.step("announced", { reservation: "ann-1" })).toMatchObject({
    moved: true,
    record: { payload: "" },
  });
  const again = await desk.step("reserve", reserveRequest("ann-3", { meters: [meter({ max: 700 })] }));
  expect(again).toMatchObject({ outcome: "reserved", maxSeconds: 600, readings: [{ left: 60 }] });
  expect(await desk.step("live", {})).toMatchObject({ records: [{ reservation: "ann-3", deliveries: 2 }] });
}

describeWithServers("a conversation in Redis", () => {
  it.each(clients)("lives and ends, on a single server through %s", async (_, connect) => {
    await live(connect, (await RedisServer.start()).port);
  });

  it.each([
    ["redis", nodeRedisCluster],
    ["ioredis", ioredisCluster],
  ] as const)("lives and ends, in a Cluster through %s", async (_, connect) => {
    const server = await RedisServer.start("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1");
    await makeCluster(server);
    await live(connect, server.port);
  });
});
