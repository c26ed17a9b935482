import type { StepRequest } from "@equos-broker/core";
import { expect, it } from "vitest";
import { type NodeRedisClient, redisLedger } from "../src/index.js";
import { clients, closeClientsAfterwards, ioredis, nodeRedis } from "./support/clients.js";
import { commitRequest, Desk, meter, reserveRequest, TestClock } from "./support/desk.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

describeWithServers("a step", () => {
  it("is one round trip, once Redis has its script", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    // The client that nodeRedis connects is one of the package redis.
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
    const ledger = redisLedger(counted);
    const life = async (name: string) => {
      const costs: number[] = [];
      const count = async (step: Promise<unknown>) => {
        const before = trips;
        await step;
        costs.push(trips - before);
      };
      const desk = await Desk.at(ledger);
      const claim = { token: `token of ${name}-1` };
      await count(desk.start(`${name}-1`, { meters: [meter({ key: name })] }));
      await count(desk.step("reserve", reserveRequest(`${name}-2`)));
      await count(desk.step("keep", { claim, keepMs: 1000 }));
      await count(desk.step("stop", { claim, reason: "owner" }));
      return costs;
    };
    await life("ann");
    expect(await life("bob")).toEqual([2, 1, 1, 1]);
    // And no command beside those that the scripts run: what Redis itself has counted.
    await command("CONFIG", "RESETSTAT");
    await life("cy");
    const calls = [...String(await command("INFO", "commandstats")).matchAll(/cmdstat_(evalsha|eval):calls=(\d+)/g)];
    // open, recovered, and the five of the life
    expect(calls.map(([, name, count]) => [name, count])).toEqual([["evalsha", "7"]]);
  });

  it("of a start looks for a tombstone only when it is asked to, by one command", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    const commandsOf = async (request: StepRequest<"reserve">) => {
      await command("CONFIG", "RESETSTAT");
      await desk.step("reserve", request);
      const stats = String(await command("INFO", "commandstats"));
      return [...stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map(([, name, count]) => `${name} ${count}`).sort();
    };
    await commandsOf(reserveRequest("ann-1"));
    const without = await commandsOf(reserveRequest("bob-1"));
    const asked = await commandsOf(reserveRequest("cyd-1", { tombstoneMs: 10_000 }));
    const reads = Number(without.find((line) => line.startsWith("hget "))?.slice(5));
    expect(asked).toEqual(without.map((line) => (line === `hget ${reads}` ? `hget ${reads + 1}` : line)));
  });

  it("of an end looks for a later tombstone only when upstream has told of when, by one command", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    const readsOf = async (name: string, more: Omit<StepRequest<"end">, "reservation">) => {
      await desk.start(`${name}-1`);
      await command("CONFIG", "RESETSTAT");
      await desk.step("end", { reservation: `${name}-1`, ...more });
      return Number(/cmdstat_hget:calls=(\d+)/.exec(String(await command("INFO", "commandstats")))?.[1]);
    };
    const reads = await readsOf("ann", { reason: "upstream" });
    expect(await readsOf("bob", { reason: "server" })).toBe(reads);
    expect(await readsOf("cyd", { reason: "time-over", agoMs: 0 })).toBe(reads);
    expect(await readsOf("dan", { reason: "upstream", agoMs: 1000 })).toBe(reads + 1);
    expect(await readsOf("eve", { reason: "upstream", agoMs: 60_000 })).toBe(reads);
    const keys = (await command("HKEYS", "{equos-broker}:tombstones")) as string[];
    expect(keys.sort()).toEqual(["3 bobguide", "3 cydguide", "3 danguide"]);
  });

  it("writes no tombstone for what was over for a minute", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const clock = new TestClock();
    const desk = await Desk.at(redisLedger(client, { clock }));
    await desk.start("ann-1");
    clock.advance(659_999);
    await desk.start("bob-1");
    await desk.step("end", { reservation: "ann-1", reason: "time-over" });
    expect(await command("HKEYS", "{equos-broker}:tombstones")).toEqual(["3 annguide"]);
    clock.advance(660_000);
    await desk.step("end", { reservation: "bob-1", reason: "time-over" });
    expect(await command("HKEYS", "{equos-broker}:tombstones")).toEqual(["3 annguide"]);
    await desk.step("due", { limit: 10 });
    expect(await command("EXISTS", "{equos-broker}:tombstones")).toBe(0);
  });

  it.each(clients)("works when Redis has forgotten the scripts: %s", async (_, connect) => {
    const server = await RedisServer.start();
    const { client, command } = await connect(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.start("ann-1");
    await command("SCRIPT", "FLUSH");
    expect(await desk.step("reserve", reserveRequest("ann-2"))).toMatchObject({ outcome: "resumed" });
    await command("SCRIPT", "FLUSH");
    expect(await Promise.all([desk.record("ann-1"), desk.record("ann-1")])).toHaveLength(2);
  });

  it.each(clients)("goes by Redis' own time: %s", async (_, connect) => {
    const server = await RedisServer.start();
    const { client, command } = await connect(server.port);
    const before = Date.now();
    const desk = await Desk.at(redisLedger(client));
    const { now } = await desk.answer("live", {});
    const [seconds] = (await command("TIME")) as string[];
    expect(now).toBeGreaterThanOrEqual(before);
    expect(Math.abs(now - Number(seconds) * 1000)).toBeLessThan(2000);
    expect(Number.parseInt(desk.id, 36)).toBeGreaterThanOrEqual(before);
  });

  it("keeps whatever text it is given", async () => {
    const server = await RedisServer.start();
    const { client } = await ioredis(server.port);
    const desk = await Desk.at(redisLedger(client));
    const payload = 'ünïcödé "quoted" \\ / \u0000 \u2028 😀 {"a":[]}';
    await desk.step("reserve", reserveRequest("ann-1", { payload }));
    expect(await desk.record("ann-1")).toMatchObject({ payload });
    await desk.step("commit", { ...commitRequest("ann-1"), payload: "" });
    expect(await desk.record("ann-1")).toMatchObject({ payload: "" });
  });

  it("of one prefix knows nothing of another's", async () => {
    const server = await RedisServer.start();
    const { client, command } = await ioredis(server.port);
    const shop = await Desk.at(redisLedger(client, { prefix: "shop:production" }));
    const blog = await Desk.at(redisLedger(client, { prefix: "blog_1.test" }));
    await shop.start("ann-1");
    expect(await blog.step("find", { claim: { consumer: "ann" } })).toEqual({ claim: "none" });
    const keys = (await command("KEYS", "*")) as string[];
    expect(keys.filter((key) => !/^\{(shop:production|blog_1\.test)\}:[a-z]+$/.test(key))).toEqual([]);
  });
});

describeWithServers("servers that share the books", () => {
  it("reserve once for 200 starts of one consumer, over five connections", async () => {
    const server = await RedisServer.start();
    const desks: Desk[] = [];
    for (const connect of [nodeRedis, ioredis, nodeRedis, ioredis, nodeRedis]) {
      const { client } = await connect(server.port);
      desks.push(desks.length === 0 ? await Desk.at(redisLedger(client)) : await Desk.opened(redisLedger(client)));
    }
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const desk = desks[index % desks.length];
        return desk?.step("reserve", reserveRequest(`ann-${index}`, { maxWaiting: 300 }));
      }),
    );
    const tally = (outcome: string) => outcomes.filter((each) => each?.outcome === outcome).length;
    expect([tally("reserved"), tally("in-flight")]).toEqual([1, 199]);
  });

  it("never go over a limit together", async () => {
    const server = await RedisServer.start();
    const connections = await Promise.all([nodeRedis(server.port), ioredis(server.port), nodeRedis(server.port)]);
    const desks = await Promise.all(connections.map(({ client }) => Desk.opened(redisLedger(client))));
    await desks[0]?.step("recovered", {});
    const outcomes = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const meters = [meter({ max: 3000, key: "all" })];
        const more = index % 2 === 0 ? { overallActive: 7 } : { overallActive: 7, meters };
        return desks[index % 3]?.step("reserve", reserveRequest(`user${index}-1`, more));
      }),
    );
    expect(outcomes.filter((each) => each?.outcome === "reserved")).toHaveLength(7);
  });
});

describeWithServers("delivery numbers", () => {
  it("are the consumer's: those of two conversations at a time never meet", async () => {
    const server = await RedisServer.start();
    const { client } = await ioredis(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.start("ann-1", { active: 2 });
    await desk.step("reserve", reserveRequest("ann-2", { fingerprint: "teacher", active: 2 }));
    await desk.step("reserve", reserveRequest("ann-3", { active: 2 }));
    expect(await desk.step("commit", commitRequest("ann-2"))).toMatchObject({ delivery: 3, record: { deliveries: 3 } });
    expect(await desk.step("commit", commitRequest("ann-2"))).toMatchObject({ moved: false, delivery: 3 });
    expect(await desk.step("reserve", reserveRequest("ann-4", { active: 2 }))).toMatchObject({ delivery: 4 });
    const late = { claim: { consumer: "ann" }, reason: "owner", delivery: 2 } as const;
    await desk.step("stop", { claim: { reservation: "ann-1" }, reason: "owner" });
    expect(await desk.step("stop", late)).toMatchObject({ claim: "found", moved: false });
  });
});

describeWithServers("a start that is withdrawn", () => {
  it("leaves nothing of a reservation that nobody has heard of", async () => {
    const server = await RedisServer.start();
    const { client } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.step("reserve", reserveRequest("ann-1", { meters: [meter()] }));
    const withdraw = { consumer: "ann", reservation: "ann-1" };
    expect(await desk.step("withdraw", withdraw)).toEqual({ records: [] });
    expect(await desk.record("ann-1")).toBeUndefined();
    expect(await desk.step("reserve", reserveRequest("ann-2", { meters: [meter()] }))).toMatchObject({
      outcome: "reserved",
      readings: [{ left: 3000 }],
    });
    expect(await desk.step("withdraw", withdraw)).toEqual({ records: [] });
    expect(await desk.record("ann-2")).toMatchObject({ state: "reserved" });
  });

  it("stops what it alone was given, and what waited for it alone", async () => {
    const server = await RedisServer.start();
    const { client } = await nodeRedis(server.port);
    const desk = await Desk.at(redisLedger(client));
    await desk.step("reserve", reserveRequest("ann-1"));
    await desk.step("reserve", reserveRequest("ann-2"));
    await desk.step("commit", commitRequest("ann-1"));
    expect(await desk.step("withdraw", { consumer: "ann", reservation: "ann-1" })).toEqual({ records: [] });
    expect(await desk.step("withdraw", { consumer: "ann", reservation: "ann-2" })).toMatchObject({
      records: [{ reservation: "ann-1", state: "stopping", reason: "client-gone", attempts: 1 }],
    });
    expect(await desk.step("withdraw", { consumer: "ann", reservation: "ann-2" })).toEqual({ records: [] });
  });
});
