import type { ConversationStore, StateChange } from "@equos-broker/core";
import { describe, expect, it } from "vitest";
import { redisStore } from "../src/index.js";
import { closeClientsAfterwards, ioredis } from "./support/clients.js";
import { ada, ben, bensGuide, codeOf, type Fleet, guide, openFleet } from "./support/fleet.js";
import { describeWithServers, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

type Step = (fleet: Fleet) => unknown;

describeWithServers("a Redis in trouble", () => {
  const troubles: readonly (readonly [name: string, begin: Step, end: Step])[] = [
    ["paused", ({ redis }) => redis.signal("SIGSTOP"), ({ redis }) => redis.signal("SIGCONT")],
    ["down", ({ redis }) => redis.kill(), ({ redis }) => redis.run()],
    [
      "read-only",
      ({ command }) => command("REPLICAOF", "127.0.0.1", "1"),
      ({ command }) => command("REPLICAOF", "NO", "ONE"),
    ],
    ["full", fill, ({ command }) => command("CONFIG", "SET", "maxmemory", "0")],
  ];

  it.each(troubles)("that is %s takes no start, and an owner can stop", async (name, begin, end) => {
    const fleet = await openFleet();
    const broker = await fleet.join({ timeouts: { storeSeconds: 0.5, stopSeconds: 1 } });
    const adas = await broker.start(guide);
    const bens = await broker.start(bensGuide);
    await begin(fleet);
    const refused = broker.start({ consumer: { identity: "cat", name: "Cat" }, character: "guide" });
    await expect(refused).rejects.toMatchObject({ code: "store-unavailable", status: 503 });
    if (name === "full")
      await expect(refused).rejects.toMatchObject({ cause: { message: expect.stringMatching(/OOM/) } });
    const { id } = adas.grant.conversation;
    expect(await broker.stop({ consumer: ada, id })).toEqual({ conversation: { id, status: "ended" } });
    expect(fleet.starts()).toBe(2);
    await end(fleet);
    await until(async () => (await codeOf(broker.start(bensGuide))) === undefined);
    expect(await broker.start(bensGuide)).toMatchObject({ grant: bens.grant, resumed: true });
    await until(() => fleet.types().includes("conversation.ended"));
    expect(await broker.start(guide)).toMatchObject({ resumed: false });
    expect(fleet.starts()).toBe(3);
    expect(fleet.running()).toHaveLength(2);
  });

  it("that is full still records stops, heartbeats, and ends", async () => {
    const fleet = await openFleet();
    const broker = await fleet.join();
    const { grant } = await broker.start(guide);
    await fill(fleet);
    await broker.heartbeat({ consumer: ada });
    // Without the store an id would be needed.
    expect(await broker.stop({ consumer: ada })).toMatchObject({ conversation: { status: "ended" } });
    await until(() => fleet.types().includes("conversation.ended"));
    const owner = await fleet.command("GET", `{equos-broker}:a:${grant.conversation.id}`);
    const state = () => fleet.command("HGET", `{equos-broker}:c:${owner}`, "s");
    await until(async () => JSON.parse(String(await state())).records[0].announcedAt !== undefined);
    expect(await codeOf(broker.start(guide))).toBe("store-unavailable");
  });
});

/** What becomes of one save. */
const mishaps: readonly (readonly [name: string, mishap: (save: () => Promise<unknown>) => Promise<unknown>])[] = [
  ["is lost", () => new Promise(() => undefined)],
  ["is refused", () => Promise.reject(new Error("connection closed"))],
  [
    "comes late",
    async (save) => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      return await save();
    },
  ],
  [
    "is not answered",
    async (save) => {
      await save();
      return await new Promise(() => undefined);
    },
  ],
];

describeWithServers("a save that fails once", () => {
  const timeouts = { startSeconds: 2, lateResponseSeconds: 3, stopSeconds: 1, hookSeconds: 1, storeSeconds: 0.5 };

  async function open(isFailing: (change: StateChange) => boolean, mishap: (typeof mishaps)[number][1]) {
    const fleet = await openFleet();
    const connection = await ioredis(fleet.redis.port);
    const failing = failOnce(redisStore(connection.client), isFailing, mishap);
    const limits = { perConsumer: { starts: { max: 2, perSeconds: 86_400 } }, overall: { active: 2 } };
    const [broker, other] = [
      await fleet.join({ store: failing.store, timeouts, limits }, connection),
      await fleet.join({ limits }),
    ];
    // Opens the stores and recovers.
    await broker.start(bensGuide);
    await other.start(bensGuide);
    return { fleet, broker, other, failing };
  }

  describe.each(mishaps)("because it %s", (_, mishap) => {
    it("as a reservation: no call to Equos, and nothing is used up", async () => {
      const { fleet, broker, other, failing } = await open(({ start }) => start === true, mishap);
      failing.arm();
      expect(await codeOf(broker.start(guide))).toBe("store-unavailable");
      expect(failing.hasFailed()).toBe(true);
      expect(fleet.starts()).toBe(1);
      await until(async () => (await codeOf(other.start(guide))) === undefined);
      // Two starts are allowed.
      await other.stop({ consumer: ada });
      await other.start(guide);
      expect(fleet.starts()).toBe(3);
      expect(fleet.running()).toHaveLength(2);
    });

    it("as a commit: the conversation is stopped, and the next start has one", async () => {
      const { fleet, broker, other, failing } = await open(({ aliases }) => aliases?.set?.length === 2, mishap);
      failing.arm();
      expect(await codeOf(broker.start(guide))).toBe("store-unavailable");
      expect(failing.hasFailed()).toBe(true);
      await until(() => fleet.running().length === 1);
      await until(() => fleet.events.some((event) => event.type === "conversation.ended"));
      expect(fleet.events).toContainEqual(
        expect.objectContaining({ type: "conversation.ended", reason: "late-response", consumer: expect.anything() }),
      );
      await until(async () => (await codeOf(other.start(guide))) === undefined);
      expect(fleet.starts()).toBe(3);
      expect(fleet.running()).toHaveLength(2);
    });

    it("as an owner's stop: the stop is not lost", async () => {
      const isStop = ({ state }: StateChange) => state?.includes('"status":"stopping"') === true;
      const { fleet, broker, failing } = await open(isStop, mishap);
      await broker.start(guide);
      failing.arm();
      // The store has shown that the conversation is hers, so it is stopped at Equos.
      expect(await broker.stop({ consumer: ada })).toMatchObject({ conversation: { status: "ended" } });
      expect(failing.hasFailed()).toBe(true);
      await until(() => fleet.running().length === 1);
      await until(() => fleet.types().includes("conversation.ended"));
      expect(fleet.events).toContainEqual(expect.objectContaining({ type: "conversation.ended", reason: "owner" }));
    });

    it("as an end: it is recorded and announced once", async () => {
      const isEnd = ({ state }: StateChange) => state?.includes('"status":"ended"') === true;
      const { fleet, broker, other, failing } = await open(isEnd, mishap);
      await broker.start(guide);
      failing.arm();
      await broker.stop({ consumer: ada });
      expect(failing.hasFailed()).toBe(true);
      expect(fleet.running()).toHaveLength(1);
      await until(() => fleet.types().includes("conversation.ended"));
      await until(async () => (await codeOf(other.start(guide))) === undefined);
      expect(fleet.types().filter((type) => type === "conversation.ended")).toHaveLength(1);
      expect(fleet.running()).toHaveLength(2);
    });
  });

  it("as the withdrawal of a reservation is repeated until it is stored", async () => {
    const { fleet, broker, other, failing } = await open(
      ({ state }) => state?.includes('"reason":"not-started"') === true,
      () => Promise.reject(new Error("connection closed")),
    );
    const refusing = await fleet.join({
      store: failing.store,
      timeouts,
      conversation: () => null,
    });
    failing.arm();
    expect(await codeOf(refusing.start(guide))).toBe("conversation-refused");
    expect(failing.hasFailed()).toBe(true);
    expect(await other.start(guide)).toMatchObject({ resumed: false });
    expect(await broker.stop({ consumer: ben })).toMatchObject({ conversation: { status: "ended" } });
  });
});

/** A store whose next save of a kind meets a mishap, once it is armed. */
function failOnce(
  store: ConversationStore,
  isFailing: (change: StateChange) => boolean,
  mishap: (save: () => Promise<unknown>) => Promise<unknown>,
) {
  let isArmed = false;
  let hasFailed = false;
  const failing: ConversationStore = {
    shared: true,
    open: (proposal) => store.open(proposal),
    load: (query, context) => store.load(query, context),
    claimDue: (options, context) => store.claimDue(options, context),
    list: (cursor, context) => store.list(cursor, context),
    acquireLease: (name, owner, ms, context) => store.acquireLease(name, owner, ms, context),
    updateMeta: (change, context) => store.updateMeta(change, context),
    save: (change, context) => {
      if (!isArmed || !isFailing(change)) return store.save(change, context);
      isArmed = false;
      hasFailed = true;
      // A mishap returns the answer of the save, or none.
      return mishap(async () => await store.save(change, context)) as ReturnType<ConversationStore["save"]>;
    },
  };
  return {
    store: failing,
    arm: () => {
      isArmed = true;
    },
    hasFailed: () => hasFailed,
  };
}

/** Leaves no memory for even the smallest write. */
async function fill({ command }: Fleet): Promise<void> {
  await command("CONFIG", "SET", "maxmemory", "1");
}
