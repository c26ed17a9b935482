import { fault } from "@equos-broker/emulator";
import { expect, it } from "vitest";
import { clients, closeClientsAfterwards, nodeRedis } from "./support/clients.js";
import { ada, ben, bensGuide, codeOf, type Fleet, guide, openFleet } from "./support/fleet.js";
import { RedisPair } from "./support/pair.js";
import { describeWithServers, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

const cat = { identity: "cat", name: "Cat" };
const catsGuide = { consumer: cat, character: "guide" };

describeWithServers("all data deleted while conversations run", () => {
  it("adopts the joined ones, stops the others, and starts wait for that", async () => {
    const fleet = await openFleet({ switches: { joined: "consumer" } });
    const [one, two] = [await fleet.join(), await fleet.join()];
    const adas = (await one.start(guide)).grant.conversation.id;
    await two.start(bensGuide);
    fleet.emulator.join(adas);
    fleet.events.length = 0;
    await fleet.command("FLUSHALL");
    // It waits for the recovery.
    expect(await two.start(catsGuide)).toMatchObject({ resumed: false });
    expect(fleet.types()).toEqual(
      expect.arrayContaining(["store.recovering", "conversation.adopted", "store.recovered"]),
    );
    await until(() => fleet.running().length === 2);
    expect(fleet.running()).toContain(adas);
    await until(async () => (await codeOf(one.start(catsGuide))) === undefined);
    expect(fleet.starts()).toBe(3);
    // The adopted conversation is the consumer's: it counts, and its owner can stop it.
    expect(await codeOf(one.heartbeat({ consumer: ada, id: adas }))).toBeUndefined();
    expect(await codeOf(one.stop({ consumer: ben, id: adas }))).toBe("not-found");
    expect(await one.stop({ consumer: ada, id: adas })).toEqual({ conversation: { id: adas, status: "ended" } });
    await until(() => fleet.types().filter((type) => type === "conversation.ended").length === 2);
  });

  it("replaces an adopted conversation at its consumer's next start", async () => {
    const fleet = await openFleet({ switches: { joined: "consumer" } });
    const broker = await fleet.join();
    fleet.emulator.join((await broker.start(guide)).grant.conversation.id);
    fleet.events.length = 0;
    await fleet.command("FLUSHALL");
    await until(() => fleet.types().includes("store.recovered"));
    expect(await broker.start(guide)).toMatchObject({ resumed: false });
    expect(fleet.running()).toHaveLength(1);
  });

  it("starts nothing while Equos cannot be listed", async () => {
    const fleet = await openFleet();
    const broker = await fleet.join();
    await broker.start(guide);
    await fleet.command("FLUSHALL");
    fleet.emulator.faults.queue("listConversations", fault.status(503, { times: 1000 }));
    await expect(broker.start(bensGuide)).rejects.toMatchObject({ status: 503 });
    await expect(broker.heartbeat({ consumer: ada })).rejects.toMatchObject({ status: 503 });
    expect(fleet.starts()).toBe(1);
    fleet.emulator.faults.clear();
    await until(async () => (await codeOf(broker.start(bensGuide))) === undefined);
    expect(fleet.starts()).toBe(2);
  });

  const losses = [
    ["of all data", ({ command }: Fleet) => command("FLUSHALL")],
    // The servers have seen a higher sequence than this.
    ["of the latest writes", ({ command }: Fleet) => command("HSET", "{equos-broker}:meta", "sequence", "1")],
  ] as const;

  it.each(losses)("recovers from a second loss that comes during the recovery: %s", async (_, lose) => {
    const fleet = await openFleet({ switches: { joined: "consumer" } });
    const broker = await fleet.join({ timeouts: { startSeconds: 5, lateResponseSeconds: 6 } });
    const adas = (await broker.start(guide)).grant.conversation.id;
    fleet.emulator.join(adas);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await lose(fleet);
    fleet.emulator.faults.queue("listConversations", { until: released });
    fleet.events.length = 0;
    await until(() => fleet.types().includes("store.recovering") && fleet.emulator.faults.pending() === 0);
    const starting = until(async () => (await codeOf(broker.start(bensGuide))) === undefined);
    await lose(fleet);
    release();
    await starting;
    expect(await fleet.command("HEXISTS", "{equos-broker}:meta", "lossId")).toBe(0);
    expect(fleet.types().filter((type) => type === "store.recovering").length).toBeGreaterThan(1);
    await until(() => fleet.running().length === 2);
    expect(await broker.stop({ consumer: ada, id: adas })).toMatchObject({ conversation: { status: "ended" } });
    expect(fleet.starts()).toBe(2);
  });
});

describeWithServers("a failover to a replica that was behind", () => {
  it.each(clients)("gives no consumer a second conversation: %s", async (_, connect) => {
    const fleet = await openFleet({ switches: { joined: "consumer" } });
    const pair = await RedisPair.start();
    const [one, two] = [
      await fleet.join({}, await pair.connect(connect)),
      await fleet.join({}, await pair.connect(nodeRedis)),
    ];
    const dan = { consumer: { identity: "dan", name: "Dan" }, character: "guide" };
    const adas = await one.start(guide);
    await two.start(dan);
    await pair.cut();
    const bens = (await two.start(bensGuide)).grant.conversation.id;
    await one.start(catsGuide);
    fleet.emulator.join(bens);
    await one.stop({ consumer: dan.consumer });
    expect(fleet.running()).toHaveLength(3);
    await pair.failOver();
    fleet.events.length = 0;

    fleet.emulator.faults.queue("listConversations", fault.status(503, { times: 1000 }));
    expect(await codeOf(one.start({ ...catsGuide, consumer: { identity: "eve", name: "Eve" } }))).not.toBeUndefined();
    expect(fleet.starts()).toBe(4);
    fleet.emulator.faults.clear();
    await until(() => fleet.types().includes("store.recovered"));
    expect(fleet.types()).toEqual(expect.arrayContaining(["store.recovering", "conversation.adopted"]));
    // Cat's was in no record, and no consumer was in it.
    await until(() => fleet.running().length === 2);
    expect(await two.start(guide)).toMatchObject({ grant: adas.grant, resumed: true });
    const generations = [adas.generation, (await one.start(guide)).generation];
    expect(generations[1]).toBeGreaterThan(generations[0] ?? 0);
    expect(await two.heartbeat({ consumer: ben, id: bens })).toBeUndefined();
    // The old data says that Dan's runs.
    for (const start of [bensGuide, catsGuide, dan]) expect(await one.start(start)).toMatchObject({ resumed: false });
    expect(fleet.running()).toHaveLength(4);
    expect(fleet.running()).not.toContain(bens);
  });
});
