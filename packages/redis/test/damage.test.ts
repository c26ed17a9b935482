import { beforeEach, expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { type Connected, closeClientsAfterwards, nodeRedis } from "./support/clients.js";
import { commitRequest, Desk, meter, reserveRequest, TestClock, terms } from "./support/desk.js";
import { describeWithServers, RedisServer, stopServersAfterwards } from "./support/redis-server.js";

stopServersAfterwards();
closeClientsAfterwards();

const key = (name: string) => `{equos-broker}:${name}`;

const forgeries: readonly (readonly [what: string, forge: (text: string) => string])[] = [
  ["truncated", (text) => text.slice(0, -20)],
  ["empty", () => ""],
  ["no JSON", () => "\u0000\u0001 nonsense"],
  ["another JSON type", () => "[1,2]"],
  ["a number", () => "7"],
  ["null", () => "null"],
  ["without its consumer", (text) => JSON.stringify({ ...JSON.parse(text), c: undefined })],
  ["with a state there is not", (text) => JSON.stringify({ ...JSON.parse(text), s: "q" })],
  ["running without a beginning", (text) => JSON.stringify({ ...JSON.parse(text), a: undefined })],
  ["with a time that is a text", (text) => JSON.stringify({ ...JSON.parse(text), e: "soon" })],
  ["with a time beyond all times", (text) => JSON.stringify({ ...JSON.parse(text), e: 1e300 })],
  ["with terms that are too few", (text) => JSON.stringify({ ...JSON.parse(text), h: [1, 2] })],
  ["with deliveries to nobody", (text) => JSON.stringify({ ...JSON.parse(text), D: [[1]] })],
  ["without its time", (text) => JSON.stringify({ ...JSON.parse(text), t: undefined })],
  ["without its length", (text) => JSON.stringify({ ...JSON.parse(text), x: undefined })],
  ["with nulls", (text) => JSON.stringify({ ...JSON.parse(text), v: null, p: null })],
  ["with charges that are none", (text) => JSON.stringify({ ...JSON.parse(text), C: { a: 1 } })],
];

describeWithServers("an entry that cannot be read", () => {
  let server: RedisServer | undefined;
  let connected: Connected;
  let clock: TestClock;
  let desk: Desk;

  beforeEach(async () => {
    server ??= await RedisServer.start();
    connected ??= await nodeRedis(server.port);
    await connected.command("FLUSHALL");
    clock = new TestClock();
    desk = await Desk.at(redisLedger(connected.client, { clock }));
  });

  const forge = async (reservation: string, how: (text: string) => string) => {
    const text = String(await connected.command("HGET", key("records"), reservation));
    await connected.command("HSET", key("records"), reservation, how(text));
  };

  /** Brings the books to rest: what is due, until nothing is pending. */
  const settle = async () => {
    const damaged: string[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      const due = await desk.step("due", { limit: 10 });
      damaged.push(...due.damaged);
      for (const { reservation, state } of due.records) {
        if (state !== "ended") await desk.step("end", { reservation, reason: "upstream" });
        await desk.step("announced", { reservation });
      }
      if (!due.pending) break;
      clock.advance(600_000);
    }
    return damaged;
  };

  it.each(forgeries)("is told once and forgotten, no crash: %s", async (_, how) => {
    await desk.start("ann-1", { meters: [meter()] });
    await desk.start("bob-1");
    await forge("ann-1", how);
    expect(await desk.step("find", { claim: { token: "token of ann-1" } })).toEqual({ claim: "none" });
    expect(await desk.step("stop", { claim: { conversation: "conversation of ann-1" }, reason: "owner" })).toEqual({
      claim: "none",
    });
    expect(await desk.step("end", { reservation: "ann-1", reason: "owner" })).toBeNull();
    expect(await desk.step("reserve", reserveRequest("ann-2"))).toMatchObject({ outcome: "reserved" });
    expect(await desk.step("due", { limit: 10 })).toMatchObject({ damaged: ["ann-1"], pending: true });
    expect(await desk.step("due", { limit: 10 })).toMatchObject({ damaged: [] });
    expect((await desk.step("live", {})).records.map(({ reservation }) => reservation).sort()).toEqual([
      "ann-2",
      "bob-1",
    ]);
  });

  it("is found by its time, if nobody asks for it, and leaves nothing behind", async () => {
    await desk.start("ann-1");
    await forge("ann-1", () => "{");
    clock.advance(700_000);
    expect(await settle()).toEqual(["ann-1"]);
    for (const name of ["records", "conversations", "tokens", "consumers", "due", "damaged"]) {
      expect(await connected.command("EXISTS", key(name)), name).toBe(0);
    }
  });

  it("is told too when it is gone altogether", async () => {
    await desk.start("ann-1");
    await connected.command("HDEL", key("records"), "ann-1");
    expect(await desk.step("reserve", reserveRequest("ann-2"))).toMatchObject({ outcome: "reserved" });
    expect(await desk.step("due", { limit: 10 })).toMatchObject({ damaged: ["ann-1"] });
  });

  it("does not open what it was moved to", async () => {
    await desk.start("ann-1");
    await desk.start("bob-1");
    // Ann's token is made to name Bob's conversation.
    await connected.command("HSET", key("tokens"), "token of ann-1", "bob-1");
    await connected.command("HSET", key("conversations"), "conversation of ann-1", "bob-1");
    for (const claim of [{ token: "token of ann-1" }, { conversation: "conversation of ann-1" }]) {
      expect(await desk.step("stop", { claim, reason: "owner" })).toEqual({ claim: "none" });
    }
  });

  it("of a consumer is made again from the records", async () => {
    await desk.start("ann-1", { active: 2 });
    await desk.start("bob-1");
    for (const damage of ["", "{", "7", "[]", '["x",1]', '[1,{"a":1}]']) {
      await connected.command("HSET", key("consumers"), "ann", damage);
      expect(await desk.step("find", { claim: { consumer: "ann" } }), damage).toMatchObject({ claim: "found" });
      expect(await desk.step("reserve", reserveRequest("ann-2")), damage).toMatchObject({ outcome: "resumed" });
    }
  });

  it("takes no tombstone with it", async () => {
    for (const [index, [, how]] of forgeries.entries()) {
      await desk.start(`user${index}-1`);
      await desk.step("stop", { claim: { reservation: `user${index}-1` }, reason: "owner" });
      await forge(`user${index}-1`, how);
      const late = reserveRequest(`user${index}-2`, { tombstoneMs: 10_000 });
      expect(await desk.step("reserve", late)).toEqual({ outcome: "stopped", retryAfterMs: 10_000 });
    }
  });

  it.each(["", "{", "soon", "nan", "inf", "-1", "1e300", "1750000020001"])(
    "of a tombstone is taken for none: %s",
    async (damage) => {
      await desk.start("ann-1");
      await desk.step("stop", { claim: { reservation: "ann-1" }, reason: "owner" });
      await connected.command("HSET", key("tombstones"), "3 annguide", damage);
      expect(await connected.command("HLEN", key("tombstones"))).toBe(1);
      const late = reserveRequest("ann-2", { tombstoneMs: 10_000 });
      expect(await desk.step("reserve", late)).toMatchObject({ outcome: "reserved" });
    },
  );

  it.each(["", "{", "soon", "nan", "inf", "-1", "1e300", "1750000090001"])(
    "of a tombstone is in the way of no other: %s",
    async (damage) => {
      await desk.start("ann-1");
      await connected.command("HSET", key("tombstones"), "3 annguide", damage);
      await desk.step("end", { reservation: "ann-1", reason: "upstream", agoMs: 4000 });
      const late = reserveRequest("ann-2", { tombstoneMs: 10_000 });
      expect(await desk.step("reserve", late)).toEqual({ outcome: "stopped", retryAfterMs: 6000 });
    },
  );

  it("of a meter, a lease or the clean-up is taken for none", async () => {
    await desk.start("ann-1", { meters: [meter()] });
    const [field] = (await connected.command("HKEYS", key("meters"))) as string[];
    await connected.command("HSET", key("meters"), String(field), "much");
    await connected.command("HSET", key("leases"), "sweep", "{");
    await connected.command("HSET", key("meta"), "cleaning", "9 x");
    expect(await desk.step("lease", { name: "sweep", holder: "a", ms: 1000 })).toEqual({ granted: true });
    expect(await desk.step("end", { reservation: "ann-1", reason: "owner" })).toMatchObject({ moved: true });
    const request = reserveRequest("ann-2", { meters: [meter()] });
    expect(await desk.step("reserve", request)).toMatchObject({ readings: [{ left: 3000 }] });
    await desk.step("due", { limit: 1 });
    expect(await connected.command("HEXISTS", key("meta"), "cleaning")).toBe(0);
  });
});

describeWithServers("books that were used", () => {
  it("forget everything in time", async () => {
    const server = await RedisServer.start();
    const { client, command } = await nodeRedis(server.port);
    const clock = new TestClock();
    const desk = await Desk.at(redisLedger(client, { clock }));
    for (const name of ["ann", "bob", "cy"]) {
      await desk.start(`${name}-1`, { meters: [meter({ key: `seconds of ${name}` })] });
      await desk.step("reserve", reserveRequest(`${name}-2`, { fingerprint: "teacher", active: 2 }));
    }
    await desk.step("doubt", { reservation: "ann-2", holdMs: 1000 });
    await desk.step("end", { reservation: "bob-2", reason: "not-started" });
    await desk.step("adopt", { ...commitRequest("dan-1"), consumer: "dan", elapsedMs: 0, terms });
    await desk.step("lease", { name: "sweep", holder: "a", ms: 1000 });
    await desk.step("stop", { claim: { reservation: "ann-1" }, reason: "owner" });
    await desk.step("end", { reservation: "bob-1", reason: "time-over" });
    await desk.step("end", { reservation: "cy-1", reason: "upstream", agoMs: 5000 });
    await desk.step("announced", { reservation: "cy-1" });
    await desk.step("announced", { reservation: "bob-1" });
    for (const { reservation } of (await desk.step("live", {})).records) {
      await desk.step("end", { reservation, reason: "upstream" });
      await desk.step("announced", { reservation });
    }
    expect(await desk.step("due", { limit: 10 })).toMatchObject({ records: [], pending: false });
    clock.advance(600_000);
    await desk.step("due", { limit: 10 });
    expect(await desk.step("reserve", reserveRequest("ann-9"))).toMatchObject({ outcome: "reserved" });
    // A day later a consumer's numbers still run on.
    clock.advance(24 * 3_600_000);
    await desk.step("end", { reservation: "ann-9", reason: "not-started" });
    expect(await desk.start("cy-9")).toMatchObject({ deliveries: 2 });
    await desk.step("end", { reservation: "cy-9", reason: "upstream" });
    await desk.step("announced", { reservation: "cy-9" });
    clock.advance(48 * 3_600_000);
    await desk.step("due", { limit: 10 });
    expect(await command("KEYS", "*")).toEqual(["{equos-broker}:meta"]);
  });
});
