import type { Exchange } from "@equos-broker/core";
import { fault, startEmulator } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Broker, type Fleet, openFleet, secret } from "./support/fleet.js";
import { describeWithServers, stopServersAfterwards } from "./support/redis-server.js";
import { until } from "./support/until.js";

stopServersAfterwards();

type Started = Awaited<ReturnType<Broker["start"]>>;
const ada = { identity: "ada", name: "Ada" };
const ben = { identity: "ben", name: "Ben" };
const guide = { consumer: ada, character: "guide" };

const started = async (fleet: Fleet, task: Promise<Started>) => (await fleet.during(task)) as Started;
const sent = ({ emulator }: Fleet) => emulator.requests().some(({ operation }) => operation === "startConversation");

async function keysIn({ connections }: Fleet): Promise<string[]> {
  return (await connections[0]?.command("KEYS", "*")) as string[];
}

describeWithServers("what happens in between", () => {
  describe("a loss of the books", () => {
    it("while a start is on its way, whose answer then breaks off: it is found by a later look", async () => {
      const fleet = await openFleet();
      const broker = await fleet.join();
      await fleet.during(broker.sweep());
      await fleet.pass(2);
      let create = () => {};
      const created = new Promise<void>((resolve) => {
        create = resolve;
      });
      fleet.emulator.faults.queue("startConversation", { until: created, drop: "half" });
      const start = broker.start(guide).catch((error: { code: string }) => error.code);
      await until(() => sent(fleet));
      await fleet.connections[0]?.command("FLUSHALL");
      // The recovery has looked through Equos' list by the time the conversation is created.
      await fleet.pass(8);
      create();
      await fleet.during(start);
      expect(fleet.running()).toHaveLength(1);
      await fleet.pass(100);
      expect(fleet.running()).toEqual([]);
    });

    it("of a few writes, when others have written as many since: it is found by the next regular look", async () => {
      const fleet = await openFleet({ switches: { joined: "consumer" } });
      const [one, two] = [await fleet.join(), await fleet.join()];
      await fleet.during(Promise.all([one.sweep(), two.sweep()]));
      await fleet.pass(6);
      const [connection] = fleet.connections;
      const keys = await keysIn(fleet);
      for (const key of keys) await connection?.command("COPY", key, `saved ${key}`);
      const mine = await started(fleet, one.start(guide));
      fleet.emulator.join(mine.grant.conversation.id);
      for (const key of await keysIn(fleet)) if (!key.startsWith("saved")) await connection?.command("DEL", key);
      for (const key of keys) await connection?.command("RENAME", `saved ${key}`, key);
      const theirs = await started(fleet, two.start({ ...guide, consumer: ben }));
      await fleet.during(two.start(guide));
      await fleet.pass(300);
      const others = fleet.running().filter((id) => id !== theirs.grant.conversation.id);
      expect(others).toHaveLength(1);
    });
  });

  it("a regular look at Equos' list that fails is repeated in ten seconds, and not before its time when it does not", async () => {
    const fleet = await openFleet();
    const broker = await fleet.join();
    const lists = () => fleet.emulator.requests().filter(({ operation }) => operation === "listConversations").length;
    await fleet.during(broker.start(guide));
    await fleet.pass(3);
    // The recovery's own look, and one when all that was on its way before has arrived, are through.
    await fleet.pass(100);
    const settled = lists();
    await fleet.pass(100);
    expect(lists()).toBe(settled);
    fleet.emulator.faults.queue("listConversations", fault.status(503));
    await fleet.pass(100);
    const looks = lists() - settled;
    expect(looks).toBeGreaterThan(1);
    expect(looks).toBeLessThan(10);
  });

  describe("a secret that is being rotated", () => {
    const next = "the second secret of this test suite";

    it("a server that does not have it yet stops nothing, and says so", async () => {
      const fleet = await openFleet({ switches: { joined: "consumer" } });
      const behind = await fleet.join();
      await fleet.during(behind.sweep());
      const ahead = await fleet.join({ secret: [next, secret] });
      const mine = await started(fleet, ahead.start(guide));
      expect(await fleet.during(behind.start(guide))).toMatchObject({ code: "secret-mismatch", status: 500 });
      await fleet.pass(5);
      expect(fleet.running()).toEqual([mine.grant.conversation.id]);
    });

    it("nor does its sweep, where joining cannot be told", async () => {
      const fleet = await openFleet();
      const behind = await fleet.join({ joinWithinSeconds: 5 });
      await fleet.during(behind.sweep());
      const ahead = await fleet.join({ secret: [next, secret], joinWithinSeconds: 5 });
      const mine = await started(fleet, ahead.start(guide));
      await fleet.during(ahead.close());
      await fleet.pass(15);
      expect(fleet.running()).toEqual([mine.grant.conversation.id]);
    });

    it("in two deploys loses nothing on the way", async () => {
      const fleet = await openFleet();
      const first = await fleet.join();
      const mine = await started(fleet, first.start(guide));
      for (const secrets of [[secret, next], [next, secret], [next]]) {
        const server = await fleet.join({ secret: secrets });
        expect(await fleet.during(server.start(guide))).toMatchObject({ resumed: true, grant: mine.grant });
        // What is written from now on is sealed with the first of them.
        await fleet.during(server.start({ ...guide, consumer: ben, fresh: true }));
        if (secrets[0] === next) break;
      }
      expect(fleet.running()).toHaveLength(2);
    });
  });

  it("two deployments do not share books by accident", async () => {
    const fleet = await openFleet();
    const other = await startEmulator({ clock: fleet.clock });
    onTestFinished(async () => await other.close());
    const shop = await fleet.join({ deployment: "shop" });
    const mine = await started(fleet, shop.start(guide));
    const blog = await fleet.join({ deployment: "blog", endpoint: other.url, apiKey: other.apiKey });
    expect(await fleet.during(blog.start(guide))).toMatchObject({ code: "secret-mismatch" });
    expect(await fleet.during(blog.stop({ consumer: ada }))).toMatchObject({ code: "secret-mismatch" });
    expect(fleet.running()).toEqual([mine.grant.conversation.id]);
    expect(other.conversations()).toEqual([]);
  });

  it("a client that leaves while its start is on its way leaves nothing running, on any server", async () => {
    const fleet = await openFleet();
    const broker = await fleet.join({ authorize: () => ada });
    await fleet.during(broker.sweep());
    fleet.emulator.faults.queue("startConversation", fault.delay(4_000));
    const gone = new AbortController();
    const exchange: Exchange = {
      method: "POST",
      action: "start",
      clientIp: undefined,
      signal: gone.signal,
      native: undefined,
      waitUntil: () => undefined,
      header: (name) => (name === "content-type" ? "application/json" : undefined),
      readBody: async () => ({ character: "guide" }),
    };
    const start = broker.handle(exchange);
    await until(() => sent(fleet));
    gone.abort();
    await fleet.during(start);
    await fleet.pass(3);
    expect(fleet.emulator.conversations()).toHaveLength(1);
    expect(fleet.running()).toEqual([]);
  });
});
