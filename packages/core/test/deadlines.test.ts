import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { timeOver, within } from "../src/deadline.js";
import { ada, openSetting, outcome, type Setting } from "./setting.js";

const guide = { consumer: ada, character: "guide" };

/** What ended, and why. */
const ends = ({ events }: Setting) =>
  events.flatMap((event) => (event.type === "conversation.ended" ? [[event.reason, event.seconds]] : []));

describe("a conversation that nobody joins", () => {
  it("is stopped when the time to join is over, where Equos tells who joined", async () => {
    const setting = await openSetting({ joinWithinSeconds: 20 }, { switches: { joined: "consumer" } });
    const { broker, emulator, pass, running } = setting;
    // Equos has once been seen to tell of somebody who joined.
    const first = await broker.start({ consumer: { identity: "ben", name: "Ben" }, character: "guide" });
    emulator.join(first.grant.conversation.id);
    await pass(21);
    expect(setting.types()).toContain("conversation.joined");
    await broker.start(guide);
    await pass(19);
    expect(running()).toHaveLength(2);
    await pass(3);
    expect(running()).toEqual([first.grant.conversation.id]);
    expect(ends(setting)).toEqual([["join-timeout", 20]]);
  });

  it("runs on where Equos has never told of anybody, which an event says", async () => {
    const setting = await openSetting({ joinWithinSeconds: 20 });
    await setting.broker.start(guide);
    await setting.pass(200);
    expect(setting.running()).toHaveLength(1);
    expect(setting.types().filter((type) => type === "join.unknown")).toHaveLength(1);
  });

  it("is stopped even there when its page would have kept it alive", async () => {
    const setting = await openSetting({ joinWithinSeconds: 20 });
    await setting.broker.start({ ...guide, sendsHeartbeats: true });
    await setting.pass(22);
    expect(setting.running()).toEqual([]);
    expect(ends(setting)).toEqual([["join-timeout", 20]]);
  });

  it("is not, by an error: Equos is asked again", async () => {
    const setting = await openSetting({ joinWithinSeconds: 20 });
    setting.emulator.faults.queue("getConversationById", fault.status(503, { times: 3 }));
    await setting.broker.start({ ...guide, sendsHeartbeats: true });
    await setting.pass(26);
    expect(setting.running()).toHaveLength(1);
    await setting.pass(8);
    expect(setting.running()).toEqual([]);
  });

  it("has its time anew with each delivery", async () => {
    const setting = await openSetting({ joinWithinSeconds: 20 });
    await setting.broker.start({ ...guide, sendsHeartbeats: true });
    await setting.pass(15);
    await setting.broker.start({ ...guide, sendsHeartbeats: true });
    await setting.pass(15);
    expect(setting.running()).toHaveLength(1);
    await setting.pass(8);
    expect(setting.running()).toEqual([]);
  });

  it("and that Equos has ended by itself is written down as ended", async () => {
    const setting = await openSetting({ joinWithinSeconds: 20 });
    const { grant } = await setting.broker.start(guide);
    await setting.pass(5);
    await fetch(`${setting.emulator.url}/v3/conversations/${grant.conversation.id}/stop`, {
      method: "POST",
      headers: { "x-api-key": setting.emulator.apiKey },
    });
    await setting.pass(17);
    expect(ends(setting)).toEqual([["upstream", 5]]);
  });
});

describe("keep-alives", () => {
  it("arm a deadline that the next one moves on", async () => {
    const setting = await openSetting({ keepAliveSeconds: 30 });
    const { grant } = await setting.broker.start(guide);
    for (let beat = 0; beat < 5; beat += 1) {
      await setting.broker.heartbeat({ consumer: ada, id: grant.conversation.id });
      await setting.pass(25);
      expect(setting.running()).toHaveLength(1);
    }
    await setting.pass(7);
    expect(setting.running()).toEqual([]);
    expect(ends(setting)[0]?.[0]).toBe("heartbeat-timeout");
    await expect(setting.broker.heartbeat({ consumer: ada, id: grant.conversation.id })).rejects.toMatchObject({
      code: "conversation-ended",
    });
  });

  it("count as joined: no deadline to join any more", async () => {
    const setting = await openSetting({ joinWithinSeconds: 20, keepAliveSeconds: 300 });
    await setting.broker.start({ ...guide, sendsHeartbeats: true });
    await setting.broker.heartbeat({ consumer: ada });
    await setting.pass(100);
    expect(setting.running()).toHaveLength(1);
    expect(setting.types()).toEqual(["conversation.started", "conversation.joined"]);
  });
});

describe("a start whose outcome is unknown", () => {
  it.each([
    ["the answer was dropped", fault.afterCreate.drop()],
    ["the answer broke off", fault.half()],
    ["a proxy gave up on it", fault.afterCreate.status(502)],
    ["the answer had no id", fault.afterCreate.truncated()],
  ])("is found by its name and stopped: %s", async (_, what) => {
    const setting = await openSetting();
    setting.emulator.faults.queue("startConversation", what);
    const error = await outcome(setting.clock, setting.broker.start(guide));
    expect(error).toMatchObject({ name: "BrokerError" });
    await setting.pass(3);
    expect(setting.running()).toEqual([]);
    // Its consumer is free again as soon as it is found.
    const again = await setting.broker.start(guide);
    expect(again.resumed).toBe(false);
  });

  it("is found among hundreds, whatever the order, in one scan for all", async () => {
    for (const order of ["oldest", "newest"] as const) {
      const setting = await openSetting({}, { switches: { order } });
      const others = Array.from({ length: 160 }, (_, index) => ({ identity: `u${index}`, name: "U" }));
      for (const consumer of others.slice(0, 80)) await setting.broker.start({ consumer, character: "guide" });
      setting.emulator.faults.queue("startConversation", fault.afterCreate.drop({ times: 2 }));
      await outcome(setting.clock, setting.broker.start(guide));
      await outcome(setting.clock, setting.broker.start({ ...guide, consumer: { identity: "ben", name: "Ben" } }));
      for (const consumer of others.slice(80)) await setting.broker.start({ consumer, character: "guide" });
      await setting.pass(4);
      expect(setting.running()).toHaveLength(160);
      const lists = setting.emulator.requests().filter(({ operation }) => operation === "listConversations");
      expect(lists.length).toBeLessThanOrEqual(8);
    }
  });

  it("that was never created is looked for ever more rarely, and given up when nothing could run", async () => {
    const setting = await openSetting({ limits: { maxSeconds: 60 } });
    setting.emulator.faults.queue("startConversation", fault.status(500));
    await outcome(setting.clock, setting.broker.start(guide));
    await setting.pass(200);
    expect(setting.types()).toEqual(["start.unknown", "start.never-found"]);
    const lists = setting.emulator.requests().filter(({ operation }) => operation === "listConversations");
    expect(lists.length).toBeLessThan(10);
  });

  it("is looked for again when Equos could not be searched", async () => {
    const setting = await openSetting();
    setting.emulator.faults.queue("startConversation", fault.afterCreate.drop());
    setting.emulator.faults.queue("listConversations", fault.status(503, { times: 3 }));
    await outcome(setting.clock, setting.broker.start(guide));
    await setting.pass(12);
    expect(setting.running()).toEqual([]);
  });
});

describe("a resume", () => {
  it("asks Equos whether the conversation runs, at most once in five seconds, whoever asks", async () => {
    const setting = await openSetting();
    const { broker, emulator, clock } = setting;
    await broker.start(guide);
    await setting.pass(6);
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => broker.start(guide)));
      await clock.advance(1000);
    }
    const gets = emulator.requests().filter(({ operation }) => operation === "getConversationById");
    expect(gets).toHaveLength(1);
  });

  it("of a conversation that Equos has ended starts a new one", async () => {
    const setting = await openSetting();
    const first = await setting.broker.start(guide);
    await setting.pass(6);
    const stop = `${setting.emulator.url}/v3/conversations/${first.grant.conversation.id}/stop`;
    await fetch(stop, { method: "POST", headers: { "x-api-key": setting.emulator.apiKey } });
    const second = await setting.broker.start(guide);
    expect(second.resumed).toBe(false);
    expect(second.generation).toBeGreaterThan(first.generation);
    expect(setting.running()).toEqual([second.grant.conversation.id]);
  });

  it("takes an error for no answer", async () => {
    const setting = await openSetting();
    const first = await setting.broker.start(guide);
    await setting.pass(6);
    setting.emulator.faults.queue("getConversationById", fault.status(500));
    expect((await setting.broker.start(guide)).grant).toEqual(first.grant);
  });

  it("with a token that expires within ten seconds starts a new one, after the former has stopped", async () => {
    for (const joined of [false, true]) {
      const setting = await openSetting({ limits: { maxSeconds: 3600 } }, { tokenTtlSeconds: 60 });
      const first = await setting.broker.start(guide);
      if (joined) await setting.broker.heartbeat({ consumer: ada });
      await setting.pass(45);
      expect(await outcome(setting.clock, setting.broker.start(guide))).toMatchObject({ resumed: true });
      await setting.pass(6);
      expect(await outcome(setting.clock, setting.broker.start(guide))).toMatchObject({ resumed: false });
      expect(setting.running()).toHaveLength(1);
      expect(setting.running()).not.toContain(first.grant.conversation.id);
      expect(setting.events).toContainEqual(expect.objectContaining({ reason: "token-expired" }));
    }
  });
});

it("a wait ends on a process whose timers are always late", async () => {
  let now = 0;
  const setTimeout = (task: () => void, milliseconds: number) =>
    queueMicrotask(() => {
      now += milliseconds + 1_100;
      if (now < 60_000) task();
    });
  const clock = { now: () => now, setTimeout, clearTimeout: () => undefined };
  expect(await within(clock, 3, new Promise(() => undefined))).toBe(timeOver);
  expect(now).toBeLessThan(10_000);
});
