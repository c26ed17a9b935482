import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import type { NodeRedisClient } from "../src/index.js";
import { redisStore } from "../src/index.js";
import { closeClientsAfterwards, nodeRedis } from "./support/clients.js";
import { ada, ben, bensGuide, codeOf, type Fleet, guide, openFleet, secret } from "./support/fleet.js";
import { describeWithServers, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();
closeClientsAfterwards();

const PREFIX = "{equos-broker}:";

describeWithServers("brokers on several servers", () => {
  describe("one consumer", () => {
    it("gets one conversation, whichever servers its clicks reach", async () => {
      const fleet = await openFleet();
      const servers = [await fleet.join(), await fleet.join(), await fleet.join()];
      const started = await Promise.all(servers.map((server) => server.start(guide)));
      expect(new Set(started.map(({ grant }) => JSON.stringify(grant))).size).toBe(1);
      expect(new Set(started.map(({ generation }) => generation)).size).toBe(3);
      expect(started.filter(({ resumed }) => !resumed)).toHaveLength(1);
      expect(fleet.starts()).toBe(1);
    });

    it("resumes 10,000 times at once on two servers, with one call to Equos", { timeout: 60_000 }, async () => {
      const fleet = await openFleet();
      // The defaults.
      const timeouts = undefined;
      const servers = [await fleet.join({ timeouts }), await fleet.join({ timeouts })];
      const [first] = await Promise.all(servers.map((server) => server.start(guide)));
      const resumes = Array.from({ length: 10_000 }, (_, index) => servers[index % 2]?.start(guide));
      const resumed = await Promise.all(resumes);
      expect(new Set(resumed.map((start) => start?.grant.conversation.id))).toEqual(
        new Set([first?.grant.conversation.id]),
      );
      expect(new Set(resumed.map((start) => start?.generation)).size).toBe(10_000);
      expect(fleet.starts()).toBe(1);
    });

    it("is stopped by its owner on another server, by id, token or neither", async () => {
      const fleet = await openFleet();
      const [one, two] = [await fleet.join(), await fleet.join()];
      const stops = {
        id: (id: string) => two.stop({ consumer: ada, id }),
        token: (_: string, token: string) => two.stopByToken(token),
        consumer: () => two.stop({ consumer: ada }),
      };
      for (const stop of Object.values(stops)) {
        const { grant } = await one.start(guide);
        const { id } = grant.conversation;
        expect(await codeOf(two.stop({ consumer: ben, id }))).toBe("not-found");
        expect(await stop(id, grant.consumerAccessToken)).toEqual({ conversation: { id, status: "ended" } });
      }
      expect(fleet.running()).toEqual([]);
    });

    it("waits on one server for what another one has in flight, and is in doubt with it", async () => {
      const fleet = await openFleet();
      const timeouts = { startSeconds: 1, lateResponseSeconds: 2 };
      const servers = [await fleet.join({ timeouts }), await fleet.join({ timeouts })];
      await servers[0]?.start(bensGuide);
      fleet.emulator.faults.queue("startConversation", fault.silence());
      const codes = await Promise.all(servers.map((server) => codeOf(server.start(guide))));
      expect(codes.sort()).toEqual(["outcome-unknown", "start-in-doubt"]);
    });
  });

  it("find and stop what a killed server was about to start", async () => {
    const fleet = await openFleet();
    const timeouts = { startSeconds: 1, lateResponseSeconds: 2, stopSeconds: 1, hookSeconds: 0.1 };
    const [one, two] = [await fleet.join({ timeouts }), await fleet.join({ timeouts })];
    await one.start(bensGuide);
    await one.stop({ consumer: ben });
    await two.sweep();
    // From the moment of the upstream call on, the first server writes nothing more.
    fleet.emulator.faults.queue("startConversation", fault.afterCreate.silence());
    void one.start(guide).catch(() => undefined);
    await until(() => fleet.running().length === 1);
    await fleet.connections[0]?.close();
    await until(() => fleet.running().length === 0);
    await until(() => fleet.events.some((event) => event.type === "conversation.ended" && event.reason === "orphan"));
  });

  it("announce an end that its server could not announce any more, once", async () => {
    const fleet = await openFleet();
    let hasReached = false;
    const onEvent = ({ type }: { readonly type: string }) => {
      if (type !== "conversation.ended") return;
      hasReached = true;
      return new Promise<void>(() => undefined);
    };
    const [dying, other] = [await fleet.join({ onEvent }), await fleet.join()];
    await dying.start(guide);
    await other.sweep();
    await dying.stop({ consumer: ada });
    await until(() => hasReached);
    await fleet.connections[0]?.close();
    await until(() => fleet.types().includes("conversation.ended"));
    await until(async () => (await ended(fleet)).every(({ announcedAt }) => announcedAt !== undefined));
    expect(fleet.types().filter((type) => type === "conversation.ended")).toHaveLength(1);
  });

  it("go by the time of Redis, whatever their own clocks say", async () => {
    const fleet = await openFleet();
    const skewed = (hours: number) => ({ ...fleet.clock, now: () => Date.now() + hours * 3_600_000 });
    const [fast, slow] = [await fleet.join({ clock: skewed(2) }), await fleet.join({ clock: skewed(-2) })];
    const { grant, generation } = await fast.start(guide);
    const resumed = await slow.start(guide);
    expect(resumed).toMatchObject({ grant, resumed: true });
    expect(resumed.generation).toBeGreaterThan(generation);
    await slow.heartbeat({ consumer: ada, generation: resumed.generation });
    await Promise.all([fast.sweep(), slow.sweep()]);
    expect(fleet.running()).toHaveLength(1);
    await fast.stop({ consumer: ada, pageHide: true });
    await Promise.all([fast.sweep(), slow.sweep()]);
    expect(fleet.running()).toHaveLength(1);
    await until(() => fleet.running().length === 0);
  });

  it("keep limits together", async () => {
    const fleet = await openFleet();
    const limits = { overall: { active: 6 }, perConsumer: { starts: { max: 2, perSeconds: 86_400 } } };
    const servers = [await fleet.join({ limits }), await fleet.join({ limits }), await fleet.join({ limits })];
    const starts = Array.from({ length: 60 }, (_, index) => {
      const consumer = { identity: `user-${index % 20}`, name: "U" };
      return codeOf(servers[index % 3]?.start({ consumer, character: "guide" }) ?? Promise.reject(new Error("none")));
    });
    expect(new Set(await Promise.all(starts))).toEqual(new Set([undefined, "at-capacity"]));
    expect(fleet.starts()).toBe(6);
  });

  it("fail without the secret at first use: a build has none", async () => {
    const fleet = await openFleet();
    const broker = await fleet.join({ secret: undefined });
    expect(await codeOf(broker.start(guide))).toBe("secret-missing");
    expect(await fleet.command("DBSIZE")).toBe(0);
  });
});

describeWithServers("data in Redis", () => {
  it("shows no token, key, prompt, identity, or secret", async () => {
    const fleet = await openFleet();
    const quota = { max: 5, perSeconds: 60 };
    const broker = await fleet.join({
      conversation: () => ({ promptCtx: "Ada prefers metric units", promptTemplateVars: { plan: "gold-plan" } }),
      limits: { perConsumer: { starts: quota }, perIp: { active: 5, starts: quota }, overall: { active: 5 } },
      client: ({ consumer }) => `segment-of-${consumer.identity}`,
    });
    const consumer = { ...ada, tenant: "tenant-seven" };
    const { grant } = await broker.start({ ...guide, consumer, ip: "198.51.100.77" });
    const dump = await everythingIn(fleet);
    expect(dump).toContain(grant.conversation.id);
    for (const kind of ["c", "a", "m", "n"]) expect(dump).toContain(`${PREFIX}${kind}:`);
    const secrets = [
      grant.consumerAccessToken,
      grant.consumerAccessToken.split(".")[1] ?? "",
      fleet.emulator.apiKey,
      ...["metric units", "gold-plan", ada.identity, "Ada", "tenant-seven", "segment-of", "198.51.100", secret],
    ];
    for (const text of secrets) expect(dump).not.toContain(text);
  });

  it("survives the rotation of the secret", async () => {
    const fleet = await openFleet();
    const [first, second] = [secret, "the second secret of this test suite"];
    const one = await fleet.join();
    const { grant } = await one.start(guide);
    const two = await fleet.join({ secret: [second, first] });
    expect(await two.start(guide)).toMatchObject({ grant, resumed: true });
    // Servers that only have the old secret go on meanwhile.
    expect(await one.start(guide)).toMatchObject({ grant, resumed: true });
    await two.start({ ...guide, fresh: true });
    const three = await fleet.join({ secret: second });
    expect(await three.start(guide)).toMatchObject({ resumed: true });
    expect(fleet.running()).toHaveLength(1);
    const stranger = await fleet.join({ secret: "a secret that no server has ever used here" });
    expect(await codeOf(stranger.start(guide))).toBe("secret-mismatch");
  });

  it("that was moved to another consumer, or cut, is not handed out", async () => {
    const fleet = await openFleet();
    const broker = await fleet.join();
    await broker.start(guide);
    await broker.start(bensGuide);
    const keys = await keysIn(fleet, "c:*");
    const texts = await Promise.all(keys.map((key) => sealedText(fleet, key)));
    const [[one, text] = ["", ""], [two, otherText] = ["", ""]] = texts;
    await fleet.command("HSET", keys[0] ?? "", one, otherText);
    await fleet.command("HSET", keys[1] ?? "", two, otherText.slice(0, 60));
    expect(text).not.toBe(otherText);
    const again = await Promise.all([broker.start(guide), broker.start(bensGuide)]);
    expect(again).toMatchObject([{ resumed: false }, { resumed: false }]);
    expect(fleet.running()).toHaveLength(2);
    expect(fleet.log.filter((line) => line.includes("cannot be decrypted"))).toHaveLength(2);
  });

  it("that is damaged blocks its consumer until a reconcile has replaced it", async () => {
    const fleet = await openFleet({ switches: { joined: "consumer" } });
    const [one, two] = [await fleet.join(), await fleet.join()];
    const { grant } = await one.start(guide);
    await one.start(bensGuide);
    fleet.emulator.join(grant.conversation.id);
    const owner = String(await fleet.command("GET", `${PREFIX}a:${grant.conversation.id}`));
    await fleet.command("HSET", `${PREFIX}c:${owner}`, "s", "{");
    expect(await codeOf(two.start(guide))).toBe("start-in-doubt");
    expect(await two.start(bensGuide)).toMatchObject({ resumed: true });
    await two.reconcile();
    expect(fleet.running()).toContain(grant.conversation.id);
    expect(await two.stop({ consumer: ada, id: grant.conversation.id })).toMatchObject({
      conversation: { status: "ended" },
    });
    expect(await two.start(guide)).toMatchObject({ resumed: false });
  });

  it("expires once all conversations have ended and were announced", async () => {
    const fleet = await openFleet();
    const limits = {
      perConsumer: { starts: { max: 9, perSeconds: 3600 }, seconds: { max: 9000, perSeconds: 3600 } },
      perIp: { active: 9, starts: { max: 9, perSeconds: 7200 }, seconds: { max: 9000, perSeconds: 7200 } },
      overall: { active: 9, seconds: { max: 9000, perSeconds: 7200 } },
    };
    const broker = await fleet.join({ limits });
    await broker.start({ ...guide, ip: "198.51.100.77" });
    await broker.start({ ...bensGuide, ip: "198.51.100.77" });
    await broker.stop({ consumer: ada });
    await broker.stop({ consumer: ben, pageHide: true });
    await until(() => fleet.types().filter((type) => type === "conversation.ended").length === 2);
    await until(async () => (await ended(fleet)).every(({ announcedAt }) => announcedAt !== undefined));

    const [minute, day] = [60_000, 86_400_000];
    /** By kind of key, as in the README. */
    const longest: Readonly<Record<string, number>> = {
      meta: 40 * day,
      l: 60 * minute,
      c: 60 * minute,
      a: 60 * minute,
      n: 120 * minute,
      m: 60 * minute,
    };
    const keys = await keysIn(fleet, "*");
    const kinds = new Set<string>();
    for (const key of keys) {
      const kind = key.slice(PREFIX.length).split(":")[0] ?? "";
      kinds.add(kind);
      const ms = Number(await fleet.command("PTTL", key));
      expect(ms, key).toBeGreaterThan(0);
      expect(ms, key).toBeLessThanOrEqual(longest[kind] ?? 0);
    }
    // The due times are gone: nothing is left to do. So are the places in the set of all active conversations.
    expect([...kinds].sort()).toEqual(["a", "c", "l", "meta", "n"]);
  });
});

describeWithServers("round trips", () => {
  it("are at most 3 for a start, 2 for a resume, and 2 for a heartbeat", async () => {
    const fleet = await openFleet();
    // Without timers there are no sweeps, which need round trips of their own.
    const clock = { now: () => Date.now(), setTimeout: () => undefined, clearTimeout: () => undefined };
    const counted = async () => {
      const connection = await nodeRedis(fleet.redis.port);
      // nodeRedis connects a client of the package redis.
      const client = connection.client as NodeRedisClient;
      let calls = 0;
      const counting: NodeRedisClient = {
        evalSha: (...args) => {
          calls += 1;
          return client.evalSha(...args);
        },
        eval: (...args) => {
          calls += 1;
          return client.eval(...args);
        },
      };
      const broker = await fleet.join({ clock, onEvent: undefined, store: redisStore(counting) }, connection);
      const count = async <T>(task: () => Promise<T>): Promise<readonly [calls: number, value: T]> => {
        const before = calls;
        const value = await task();
        return [calls - before, value];
      };
      return { broker, count };
    };
    const [one, two] = [await counted(), await counted()];
    // Opens the store, recovers, and loads the scripts.
    for (const { broker } of [one, two]) {
      const { generation } = await broker.start(bensGuide);
      await broker.heartbeat({ consumer: ben, generation });
    }

    const [start, { grant, generation }] = await one.count(() => one.broker.start(guide));
    const resumes = [
      (await one.count(() => one.broker.start(guide)))[0],
      (await two.count(() => two.broker.start(guide)))[0],
      (await one.count(() => one.broker.start(guide)))[0],
    ];
    const { conversation, consumerAccessToken: token } = grant;
    const heartbeats: number[] = [];
    for (const { broker, count } of [two, one, two, one]) {
      for (const proof of [{ consumer: ada }, { consumer: ada, id: conversation.id }, { token }]) {
        heartbeats.push((await count(() => broker.heartbeat({ ...proof, generation })))[0]);
      }
    }
    expect(start).toBe(3);
    expect(resumes).toEqual([2, 2, 2]);
    expect(Math.max(...heartbeats)).toBe(2);
    // The process that has saved the latest version needs no load.
    expect(heartbeats[1]).toBe(1);
  });
});

/** Returns the names of the fleet's keys. */
async function keysIn({ command }: Fleet, pattern: string): Promise<string[]> {
  // The client returns names as texts.
  return (await command("KEYS", `${PREFIX}${pattern}`)) as string[];
}

/** Returns field and text of the only sealed text of a state. */
async function sealedText({ command }: Fleet, key: string): Promise<readonly [field: string, text: string]> {
  // The client returns names as texts.
  const fields = (await command("HKEYS", key)) as string[];
  const field = fields.find((name) => name.startsWith("x:")) ?? "";
  return [field, String(await command("HGET", key, field))];
}

/** Returns the ended records of all states. */
async function ended(fleet: Fleet): Promise<{ readonly status: string; readonly announcedAt?: number }[]> {
  const states = await Promise.all((await keysIn(fleet, "c:*")).map((key) => fleet.command("HGET", key, "s")));
  return states
    .flatMap((state) => JSON.parse(String(state)).records)
    .filter(({ status }: { readonly status: string }) => status === "ended");
}

/** Returns every key with everything in it, as a thief of the data would read it. */
async function everythingIn(fleet: Fleet): Promise<string> {
  const reads: Record<string, (key: string) => [string, ...string[]]> = {
    hash: (key) => ["HGETALL", key],
    zset: (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
    string: (key) => ["GET", key],
  };
  const parts: unknown[] = [];
  for (const key of await keysIn(fleet, "*")) {
    const type = String(await fleet.command("TYPE", key));
    const read = reads[type];
    if (read === undefined) throw new Error(`a key of type ${type}`);
    parts.push(key, await fleet.command(...read(key)));
  }
  return JSON.stringify(parts);
}
