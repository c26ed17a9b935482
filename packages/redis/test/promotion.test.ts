import { describe, expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { clients, closeClientsAfterwards, nodeRedis } from "./support/clients.js";
import { contractIn } from "./support/contract.js";
import { Desk, reserveRequest } from "./support/desk.js";
import { RedisPair } from "./support/pair.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

describeWithServers("a replica that is promoted", () => {
  describe.each(clients)("in the middle of each case, through %s", (_, connect) => {
    let pair: Promise<RedisPair> | undefined;
    let cases = 0;
    const open = () => {
      pair ??= RedisPair.start();
      return pair;
    };
    contractIn(
      "the contract of a ledger",
      async () => (await open()).port,
      async () => await (await open()).connect(connect),
      {
        runs: 2,
        through: async (connections) => {
          cases += 1;
          // Before the second step of the one case, the third of the next, and so on.
          (await open()).promoteBefore(2 + (cases % 7));
          return connections.map(({ client }) => client);
        },
      },
    );

    it("was promoted in most of them", async () => {
      expect((await open()).promotions).toBeGreaterThan(cases / 2);
    });
  });

  it("and was behind has older books: no start before somebody has looked at Equos", async () => {
    const [primary, replica] = [await RedisServer.start(), await RedisServer.start()];
    const [one, two] = [await nodeRedis(primary.port), await nodeRedis(replica.port)];
    await two.command("REPLICAOF", "127.0.0.1", String(primary.port));
    await until(async () => String(await two.command("INFO", "replication")).includes("master_link_status:up"));
    const desk = await Desk.at(redisLedger(one.client));
    await desk.start("ann-1");
    await until(async () => Number(await one.command("WAIT", "1", "100")) === 1);
    // From here on the replica hears nothing more.
    await two.command("REPLICAOF", "NO", "ONE");
    await desk.start("bob-1");
    await primary.kill();

    const promoted = await Desk.opened(redisLedger(two.client));
    expect(promoted.id).toBe(desk.id);
    expect(await promoted.record("bob-1")).toBeUndefined();
    promoted.seen = desk.seen;
    expect(await promoted.step("reserve", reserveRequest("bob-2"))).toEqual({ outcome: "recovering" });
    expect(await promoted.step("find", { claim: { token: "token of ann-1" } })).toMatchObject({ claim: "found" });
    await promoted.step("recovered", {});
    expect(await promoted.step("reserve", reserveRequest("bob-2"))).toMatchObject({ outcome: "reserved" });
  });
});
