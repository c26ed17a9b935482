import type { Ledger, StepName } from "@equos-broker/core";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { redisLedger } from "../src/index.js";
import { nodeRedis } from "./support/clients.js";
import { type Fleet, openFleet, secret } from "./support/fleet.js";
import { describeWithServers, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();

const ada = { identity: "ada.lovelace@example.test", name: "Ada" };
const guide = { consumer: ada, character: "guide" };

const typesOf = ({ events }: Fleet) => events.map(({ type }) => type);

describeWithServers("brokers on several servers", () => {
  describe("one consumer", () => {
    it("gets one conversation, whichever servers its clicks reach", async () => {
      const fleet = await openFleet();
      const servers = [await fleet.join(), await fleet.join(), await fleet.join()];
      await fleet.during(servers[0]?.sweep() ?? Promise.resolve());
      const clicks = servers.map((server) => server.start(guide));
      const started = (await fleet.during(Promise.all(clicks))) as { grant: object; delivery: number }[];
      expect(new Set(started.map(({ grant }) => JSON.stringify(grant))).size).toBe(1);
      expect(started.map(({ delivery }) => delivery).sort()).toEqual([1, 2, 3]);
      expect(fleet.emulator.conversations()).toHaveLength(1);
    });

    it("is stopped by its owner on another server, by id, token or neither", async () => {
      const fleet = await openFleet();
      const [one, two] = [await fleet.join(), await fleet.join()];
      for (const by of ["id", "token", "consumer"] as const) {
        const { grant } = (await fleet.during(one.start(guide))) as Awaited<ReturnType<typeof one.start>>;
        const { id } = grant.conversation;
        const claims = {
          id: { consumer: ada, id },
          token: { token: grant.consumerAccessToken },
          consumer: { consumer: ada },
        };
        expect(await fleet.during(two.stop(claims[by]))).toEqual({ conversation: { id, status: "ended" } });
      }
      expect(fleet.running()).toEqual([]);
    });

    it("waits on one server for what another one has in flight, and is in doubt with it", async () => {
      const fleet = await openFleet();
      const [one, two] = [await fleet.join(), await fleet.join()];
      await fleet.during(one.sweep());
      fleet.emulator.faults.queue("startConversation", fault.silence());
      const both = [one.start(guide), two.start(guide)].map((start) =>
        start.catch((error: { code: string }) => error.code),
      );
      expect(((await fleet.during(Promise.all(both))) as string[]).sort()).toEqual([
        "outcome-unknown",
        "start-in-doubt",
      ]);
    });
  });

  it("what a killed server was about to start is found by another one and stopped", async () => {
    const fleet = await openFleet();
    const [one, another] = [await fleet.join(), await fleet.join()];
    await fleet.during(Promise.all([one.sweep(), another.sweep()]));
    // From the moment of the upstream call on, nothing more is heard of the first server.
    fleet.emulator.faults.queue("startConversation", fault.afterCreate.silence());
    void one.start(guide).catch(() => undefined);
    await until(async () => fleet.running().length === 1);
    await fleet.connections[0]?.close();
    await fleet.pass(110);
    expect(fleet.running()).toEqual([]);
    expect(fleet.events).toContainEqual(expect.objectContaining({ type: "conversation.ended", reason: "orphan" }));
  });

  it("an end that its server could not tell any more is told by another one, once", async () => {
    const fleet = await openFleet();
    const dying: Partial<Parameters<typeof fleet.join>[0]> = {
      // Killed after the end was written down and before it was told.
      onEvent: () => undefined,
      ledger: without("announced", redisLedger((await nodeRedis(fleet.redis.port)).client, { clock: fleet.clock })),
    };
    const [one, two] = [await fleet.join(dying), await fleet.join()];
    await fleet.during(Promise.all([one.start(guide), two.sweep()]));
    await fleet.during(one.stop({ consumer: ada }));
    void one.close();
    expect(typesOf(fleet)).not.toContain("conversation.ended");
    await fleet.pass(60);
    expect(typesOf(fleet).filter((type) => type === "conversation.ended")).toHaveLength(1);
  });

  describe("at rest", () => {
    it("a dump shows no token, key, prompt, identity or secret", async () => {
      const fleet = await openFleet();
      const broker = await fleet.join({
        conversation: () => ({ promptCtx: "Ada prefers metric units", promptTemplateVars: { plan: "gold-plan" } }),
        limits: { perConsumer: { starts: { max: 5, perSeconds: 60 } }, perIp: { starts: { max: 5, perSeconds: 60 } } },
        client: ({ consumer }) => `segment-of-${consumer.identity}`,
      });
      const consumer = { ...ada, tenant: "tenant-seven" };
      const started = await fleet.during(broker.start({ ...guide, consumer, ip: "198.51.100.77" }));
      const { grant } = started as Awaited<ReturnType<typeof broker.start>>;
      const dump = await everythingIn(fleet);
      expect(dump).toContain(grant.conversation.id);
      const secrets = [
        grant.consumerAccessToken,
        grant.consumerAccessToken.split(".")[1] ?? "",
        fleet.emulator.apiKey,
        ...["metric units", "gold-plan", ada.identity, "Ada", "tenant-seven", "segment-of", "198.51.100.77", secret],
      ];
      for (const text of secrets) expect(dump).not.toContain(text);
    });

    it("a secret is rotated without losing a conversation", async () => {
      const fleet = await openFleet();
      const [first, second] = [secret, "the second secret of this test suite"];
      const one = await fleet.join();
      const started = (await fleet.during(one.start(guide))) as Awaited<ReturnType<typeof one.start>>;
      const two = await fleet.join({ secret: [second, first] });
      expect(await fleet.during(two.start(guide))).toMatchObject({ grant: started.grant, resumed: true });
      // The servers that still have the old one only go on meanwhile.
      expect(await fleet.during(one.start(guide))).toMatchObject({ grant: started.grant });
      await fleet.during(two.start({ ...guide, fresh: true }));
      const three = await fleet.join({ secret: second });
      expect(await fleet.during(three.start(guide))).toMatchObject({ resumed: true });
      expect(fleet.running()).toHaveLength(1);
      const stranger = await fleet.join({ secret: "a secret that nobody here has ever used" });
      expect(await fleet.during(stranger.start(guide))).toMatchObject({ code: "secret-mismatch" });
    });

    it("an entry that was moved to another consumer, or cut, does not open; it is reported and stopped", async () => {
      const fleet = await openFleet();
      const broker = await fleet.join();
      await fleet.during(broker.start(guide));
      await fleet.during(broker.start({ ...guide, consumer: { identity: "ben", name: "Ben" } }));
      const [connection] = fleet.connections;
      const key = "{equos-broker}:records";
      const entries = await entriesOf(fleet, key);
      const [[one, mine], [two, theirs]] = [entries[0] ?? ["", ""], entries[1] ?? ["", ""]];
      const sealed = (text: string) => /s1\.[\w.-]+/.exec(text)?.[0] ?? "";
      await connection?.command("HSET", key, one, mine.replace(sealed(mine), sealed(theirs)));
      await connection?.command("HSET", key, two, theirs.replace(sealed(theirs), sealed(theirs).slice(0, 60)));
      const again = await fleet.during(
        Promise.all([broker.start(guide), broker.start({ ...guide, consumer: { identity: "ben", name: "Ben" } })]),
      );
      expect(again).toMatchObject([{ resumed: false }, { resumed: false }]);
      expect(fleet.running()).toHaveLength(2);
      expect(fleet.emulator.conversations()).toHaveLength(4);
      expect(fleet.log.filter((line) => line.includes("does not open"))).not.toEqual([]);
    });
  });

  describe("a loss", () => {
    it("of everything: starts wait until Equos' list was gone through, and nothing is lost or doubled", async () => {
      const fleet = await openFleet({ switches: { joined: "consumer" } });
      const broker = await fleet.join();
      const mine = (await fleet.during(broker.start(guide))) as Awaited<ReturnType<typeof broker.start>>;
      const ben = { identity: "ben", name: "Ben" };
      const alone = (await fleet.during(broker.start({ ...guide, consumer: ben }))) as typeof mine;
      fleet.emulator.join(mine.grant.conversation.id);
      await fleet.pass(2);
      await fleet.connections[0]?.command("FLUSHALL");
      const repaired = () => typesOf(fleet).includes("ledger.recovered") && fleet.running().length === 1;
      // On a busy machine the sockets take more turns than the clock; nothing else would stop one within this time.
      for (let second = 0; second < 20 && !repaired(); second += 1) await fleet.pass(1);
      expect(typesOf(fleet)).toEqual(
        expect.arrayContaining(["ledger.recovering", "conversation.adopted", "ledger.recovered"]),
      );
      expect(fleet.running()).toEqual([mine.grant.conversation.id]);
      expect(fleet.running()).not.toContain(alone.grant.conversation.id);
      expect(await fleet.during(broker.stop({ consumer: ada, id: mine.grant.conversation.id }))).toMatchObject({
        conversation: { status: "ended" },
      });
      expect(await fleet.during(broker.start(guide))).toMatchObject({ resumed: false });
    });

    it("of the latest writes is noticed by who has seen them, and repaired", async () => {
      const fleet = await openFleet();
      const broker = await fleet.join();
      await fleet.during(broker.sweep());
      const [connection] = fleet.connections;
      const keys = await keysIn(fleet);
      for (const key of keys) await connection?.command("COPY", key, `saved ${key}`);
      await fleet.during(broker.start(guide));
      // New books begin with a recovery of their own.
      fleet.events.length = 0;
      for (const key of await keysIn(fleet)) if (!key.startsWith("saved")) await connection?.command("DEL", key);
      for (const key of keys) await connection?.command("RENAME", `saved ${key}`, key);
      const repaired = () => typesOf(fleet).includes("ledger.recovered") && fleet.running().length === 0;
      for (let second = 0; second < 20 && !repaired(); second += 1) await fleet.pass(1);
      expect(typesOf(fleet)).toEqual(expect.arrayContaining(["ledger.recovering", "ledger.recovered"]));
      expect(fleet.running()).toEqual([]);
      expect(await fleet.during(broker.start(guide))).toMatchObject({ resumed: false });
    });

    it("while Equos cannot be asked: starts are refused, in time and without a call", async () => {
      const fleet = await openFleet();
      const broker = await fleet.join();
      fleet.emulator.faults.queue("listConversations", fault.status(503, { times: 1000 }));
      expect(await fleet.during(broker.start(guide))).toMatchObject({ status: 503 });
      expect(fleet.emulator.conversations()).toEqual([]);
      fleet.emulator.faults.clear();
      expect(await fleet.during(broker.start(guide))).toMatchObject({ resumed: false });
    });
  });

  describe("a Redis in trouble", () => {
    const troubles: readonly [string, (fleet: Fleet) => Promise<unknown>, (fleet: Fleet) => Promise<unknown>][] = [
      ["paused", async ({ redis }) => redis.signal("SIGSTOP"), async ({ redis }) => redis.signal("SIGCONT")],
      ["down", async ({ redis }) => await redis.kill(), async ({ redis }) => await redis.run()],
      [
        "read-only",
        async ({ connections }) => await connections[0]?.command("REPLICAOF", "127.0.0.1", "1"),
        async ({ connections }) => await connections[0]?.command("REPLICAOF", "NO", "ONE"),
      ],
      [
        "out of memory",
        async ({ connections }) => await connections[0]?.command("CONFIG", "SET", "maxmemory", "1"),
        async ({ connections }) => await connections[0]?.command("CONFIG", "SET", "maxmemory", "0"),
      ],
    ];

    it.each(troubles)(
      "%s: no start, an owner's stop all the same, and what ran is found again",
      async (_, begin, end) => {
        const fleet = await openFleet();
        const broker = await fleet.join({ timeouts: { ledgerSeconds: 0.5 } });
        const ben = { identity: "ben", name: "Ben" };
        const mine = (await fleet.during(broker.start(guide))) as Awaited<ReturnType<typeof broker.start>>;
        const theirs = (await fleet.during(broker.start({ ...guide, consumer: ben }))) as typeof mine;
        const starts = startsOf(fleet);
        await begin(fleet);
        const cat = { ...guide, consumer: { identity: "cat", name: "Cat" } };
        expect(await meanwhile(fleet, broker.start(cat))).toMatchObject({ code: "ledger-unavailable", status: 503 });
        expect(startsOf(fleet)).toBe(starts);
        const stopping = broker.stop({ consumer: ada, id: mine.grant.conversation.id });
        expect(await meanwhile(fleet, stopping)).toMatchObject({ conversation: { status: "ended" } });
        await end(fleet);
        await until(async () => {
          const again = (await meanwhile(fleet, broker.start({ ...guide, consumer: ben }))) as Partial<typeof theirs>;
          return again.grant?.conversation.id === theirs.grant.conversation.id;
        });
        expect(fleet.running()).toEqual([theirs.grant.conversation.id]);
      },
    );
  });

  it("limits hold across servers", async () => {
    const fleet = await openFleet();
    const limits = { overall: { active: 6 }, perConsumer: { starts: { max: 2, perSeconds: 86_400 } } };
    const servers = [await fleet.join({ limits }), await fleet.join({ limits }), await fleet.join({ limits })];
    await fleet.during(Promise.all(servers.map((server) => server.sweep())));
    const starts = Array.from({ length: 60 }, (_, index) => {
      const consumer = { identity: `user-${index % 20}`, name: "U" };
      return servers[index % 3]?.start({ consumer, character: "guide" }).then(
        () => "started",
        (error: { code: string }) => error.code,
      );
    });
    const codes = (await fleet.during(Promise.all(starts))) as string[];
    expect(fleet.emulator.conversations()).toHaveLength(6);
    expect(new Set(codes)).toEqual(new Set(["started", "at-capacity"]));
  });
});

/** Lists are asked for now and then all the time. */
function startsOf({ emulator }: Fleet): number {
  return emulator.requests().filter(({ operation }) => operation === "startConversation").length;
}

/** The task's value or error, while time passes whether or not Redis answers. */
async function meanwhile({ clock }: Fleet, task: Promise<unknown>): Promise<unknown> {
  let done = false;
  const settled = task.then(
    (value) => value,
    (error: unknown) => error,
  );
  void settled.then(() => {
    done = true;
  });
  await until(async () => {
    if (!done) await clock.advance(50);
    return done;
  });
  return await settled;
}

async function keysIn({ connections }: Fleet): Promise<string[]> {
  return (await connections[0]?.command("KEYS", "*")) as string[];
}

/** Every key with everything in it, as a thief of the data would read it. */
async function everythingIn(fleet: Fleet): Promise<string> {
  const [connection] = fleet.connections;
  const reads: Record<string, (key: string) => [string, ...string[]]> = {
    hash: (key) => ["HGETALL", key],
    zset: (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
    set: (key) => ["SMEMBERS", key],
    list: (key) => ["LRANGE", key, "0", "-1"],
    string: (key) => ["GET", key],
  };
  const parts: unknown[] = [];
  for (const key of await keysIn(fleet)) {
    const type = String(await connection?.command("TYPE", key));
    const read = reads[type];
    if (read === undefined) throw new Error(`a key of type ${type}`);
    parts.push(key, await connection?.command(...read(key)));
  }
  return JSON.stringify(parts);
}

async function entriesOf({ connections }: Fleet, key: string): Promise<[string, string][]> {
  const answer = await connections[0]?.command("HGETALL", key);
  if (!Array.isArray(answer)) return Object.entries(answer as Record<string, string>);
  const flat = answer as string[];
  return flat.flatMap((field, index) => (index % 2 === 0 ? [[field, flat[index + 1] ?? ""] as [string, string]] : []));
}

/** A ledger that never gets one of its steps done. */
function without(step: StepName, ledger: Ledger): Ledger {
  return {
    shared: true,
    open: (proposal) => ledger.open(proposal),
    step: (name, request, context) =>
      name === step ? Promise.reject(new Error("killed")) : ledger.step(name, request, context),
  };
}
