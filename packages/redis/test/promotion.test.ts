import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { clients, closeClientsAfterwards, nodeRedis } from "./support/clients.js";
import { contractIn } from "./support/contract.js";
import { Desk, reserveRequest } from "./support/desk.js";
import { openFleet } from "./support/fleet.js";
import { RedisPair } from "./support/pair.js";
import { describeWithServers, stopServersAfterwards } from "./support/redis-server.js";

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

  describe("that was behind", () => {
    it("has older books, which take no start before somebody has looked at Equos", async () => {
      const pair = await RedisPair.start();
      const { client } = await pair.connect(nodeRedis);
      const desk = await Desk.at(redisLedger(client));
      await desk.start("ann-1");
      await pair.cut();
      await desk.start("bob-1");
      await pair.failOver();

      const opened = await Desk.opened(desk.ledger);
      expect(opened.id).toBe(desk.id);
      expect(await opened.record("bob-1")).toBeUndefined();
      expect(await desk.step("reserve", reserveRequest("bob-2"))).toEqual({ outcome: "recovering" });
      expect(await desk.step("find", { claim: { token: "token of ann-1" } })).toMatchObject({ claim: "found" });
      await desk.step("recovered", {});
      expect(await desk.step("reserve", reserveRequest("bob-2"))).toMatchObject({ outcome: "reserved" });
    });

    it.each(clients)("is noticed by a broker, which starts nothing until it has reconciled: %s", async (_, connect) => {
      const fleet = await openFleet();
      const pair = await RedisPair.start();
      const broker = await fleet.join({}, await pair.connect(connect));
      const start = (identity: string) =>
        fleet.during(broker.start({ consumer: { identity, name: identity }, character: "guide" }));
      expect(await start("ada")).toMatchObject({ resumed: false });
      const [adas] = fleet.running();
      await pair.cut();
      expect(await start("ben")).toMatchObject({ resumed: false });
      expect(fleet.running()).toHaveLength(2);
      await pair.failOver();
      // New books begin with a recovery of their own.
      fleet.events.length = 0;

      const before = fleet.emulator.conversations().length;
      fleet.emulator.faults.queue("listConversations", fault.status(503, { times: 1000 }));
      expect(await start("cy")).toMatchObject({ status: 503 });
      expect(fleet.emulator.conversations()).toHaveLength(before);
      fleet.emulator.faults.clear();
      const repaired = () =>
        fleet.events.some(({ type }) => type === "ledger.recovered") && fleet.running().length === 1;
      for (let second = 0; second < 20 && !repaired(); second += 1) await fleet.pass(1);
      expect(fleet.events).toContainEqual(expect.objectContaining({ type: "ledger.recovering" }));
      // Nobody was in ben's, which these books do not know.
      expect(fleet.running()).toEqual([adas]);
      expect(await start("ben")).toMatchObject({ resumed: false });
    });
  });
});
