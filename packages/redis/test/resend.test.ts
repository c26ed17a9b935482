import { expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { clients, closeClientsAfterwards } from "./support/clients.js";
import { commitRequest, Desk, reserveRequest } from "./support/desk.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeWithServers("a step that comes late", () => {
  it.each(clients)("because Redis stood still, changes nothing: %s", async (_, connect) => {
    const server = await RedisServer.start();
    const { client } = await connect(server.port);
    const desk = await Desk.at(redisLedger(client));
    const { record } = { record: await desk.start("ann-1") };
    server.signal("SIGSTOP");
    const notAfter = Date.now() + 100;
    const steps = [
      desk.answer("stop", { claim: { consumer: "ann" }, reason: "owner" }, { notAfter }),
      desk.answer("reserve", reserveRequest("bob-1"), { notAfter }),
      desk.answer("due", { limit: 1 }, { notAfter }),
    ];
    await pause(200);
    server.signal("SIGCONT");
    const late = { now: expect.any(Number), refused: "late" };
    expect(await Promise.all(steps)).toEqual([late, late, late]);
    expect(await desk.record("ann-1")).toEqual(record);
    expect(await desk.record("bob-1")).toBeUndefined();
  });

  it.each(clients)("because the client kept it while Redis was away, changes nothing: %s", async (_, connect) => {
    const server = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    const { client } = await connect(server.port);
    const desk = await Desk.at(redisLedger(client));
    const record = await desk.start("ann-1");
    server.signal("SIGSTOP");
    const notAfter = Date.now() + 100;
    const stop = { claim: { consumer: "ann" }, reason: "owner" } as const;
    // One that was sent and one that the client keeps: sent again, or failed, as the client has it.
    const sent = desk.answer("stop", stop, { notAfter }).catch(() => "failed");
    await pause(50);
    await server.kill();
    const kept = desk.answer("stop", stop, { notAfter }).catch(() => "failed");
    await pause(150);
    await server.run();
    for (const outcome of await Promise.all([sent, kept])) {
      if (outcome !== "failed") expect(outcome).toMatchObject({ refused: "late" });
    }
    expect(await desk.record("ann-1")).toEqual(record);
  });

  it.each(clients)("or twice, in time, is taken once: %s", async (_, connect) => {
    const server = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    const { client } = await connect(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.step("reserve", reserveRequest("ann-1"));
    server.signal("SIGSTOP");
    const sent = Array.from({ length: 3 }, () => desk.step("commit", commitRequest("ann-1")).catch(() => undefined));
    await pause(50);
    await server.kill();
    await server.run();
    const again = await desk.step("commit", commitRequest("ann-1"));
    const moves = [...(await Promise.all(sent)), again].filter((outcome) => outcome?.moved);
    expect(moves).toHaveLength(1);
    expect(again).toMatchObject({ delivery: 1, record: { deliveries: 1 } });
  });
});
