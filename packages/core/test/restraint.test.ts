import { EquosClient } from "@equos-broker/api";
import { type AuthorizeContext, ConversationBroker, memoryStore, toFetchHandler } from "@equos-broker/core";
import { fault, startEmulator } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { ada, openSetting, outcome, type Setting } from "./setting.js";
import { faultyStore } from "./store/faulty-store.js";

const guide = { consumer: ada, character: "guide" };
const calls = ({ emulator }: Setting, operation: string) =>
  emulator.requests().filter((request) => request.operation === operation).length;

describe("what callers do again and again is not asked of Equos again and again", () => {
  it("a hundred stops at once of one conversation are one", async () => {
    const setting = await openSetting();
    const { grant } = await setting.broker.start(guide);
    setting.emulator.faults.queue("stopConversation", fault.delay(2_000, { times: 1_000 }));
    const stop = () => setting.broker.stop({ consumer: ada, id: grant.conversation.id });
    const answers = (await outcome(setting.clock, Promise.all(Array.from({ length: 100 }, stop)))) as unknown[];
    expect(answers).toEqual(Array(100).fill({ conversation: { id: grant.conversation.id, status: "ended" } }));
    expect(calls(setting, "stopConversation")).toBe(1);
    expect(setting.types().filter((type) => type === "conversation.stopping")).toHaveLength(1);
    expect(setting.types().filter((type) => type === "conversation.ended")).toHaveLength(1);
  });

  it("starts do not hurry a stop that Equos does not confirm", async () => {
    const setting = await openSetting();
    const { grant } = await setting.broker.start(guide);
    setting.emulator.faults.queue("stopConversation", fault.status(500, { times: 10_000 }));
    await outcome(setting.clock, setting.broker.stop({ consumer: ada, id: grant.conversation.id }));
    const begun = setting.clock.now();
    for (let start = 0; start < 20; start += 1) await outcome(setting.clock, setting.broker.start(guide));
    const seconds = (setting.clock.now() - begun) / 1000;
    // The sweep's own pauses grow to 15 seconds.
    expect(calls(setting, "stopConversation")).toBeLessThan(8 + seconds / 15);
  });

  it("while the store is down, stops of guessed ids are refused after a few", async () => {
    const { emulator, clock } = await openSetting();
    const handler = toFetchHandler(
      new ConversationBroker({
        authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "U" }),
        apiKey: emulator.apiKey,
        endpoint: emulator.url,
        clock,
        store: faultyStore(
          () => clock,
          (call) => (call === "load" ? "not done" : undefined),
        ),
        logger: { warn: () => undefined, error: () => undefined },
      }),
    );
    const statuses: number[] = [];
    for (let guess = 0; guess < 200; guess += 1) {
      const headers = { "content-type": "application/json", "x-user": "mallory" };
      const body = JSON.stringify({ id: `con_${guess}` });
      statuses.push((await handler(new Request("http://x.test/stop", { method: "POST", headers, body }))).status);
    }
    expect(new Set(statuses)).toEqual(new Set([404, 429]));
    expect(emulator.requests().length).toBeLessThanOrEqual(60);
  });

  it("unknowns that come one after the other share scans", async () => {
    const setting = await openSetting();
    setting.emulator.faults.queue("startConversation", fault.drop({ times: 20 }));
    for (let index = 0; index < 20; index += 1) {
      const consumer = { identity: `u${index}`, name: "U" };
      await setting.broker.start({ consumer, character: "guide" }).catch(() => undefined);
    }
    await setting.pass(100);
    expect(calls(setting, "listConversations")).toBeLessThan(20);
  });

  it("a list with an absurd total is not paged for ever", async () => {
    const setting = await openSetting();
    const absurd = (answer: unknown) => ({ ...(answer as object), total: 1e12 });
    setting.emulator.faults.queue("listConversations", fault.answer(absurd, { times: 1_000_000 }));
    await setting.broker.start(guide);
    expect(await setting.broker.reconcile()).toMatchObject({ running: 1 });
    expect(calls(setting, "listConversations")).toBeLessThan(20);
  });
});

it("a page that keeps alive and never comes is not saved by the avatar's joining", async () => {
  const setting = await openSetting({ joinWithinSeconds: 20 }, { switches: { joined: "avatar" } });
  await setting.broker.start({ ...guide, sendsHeartbeats: true });
  await setting.pass(15);
  await setting.broker.start({ ...guide, sendsHeartbeats: true });
  await setting.pass(23);
  expect(setting.running()).toEqual([]);
});

it("with reject, what Equos has ended by itself is in nobody's way", async () => {
  const setting = await openSetting({ whenActive: { same: "reject", other: "reject" } });
  const { grant } = await setting.broker.start(guide);
  await setting.broker.heartbeat({ consumer: ada, id: grant.conversation.id });
  await setting.pass(6);
  await expect(setting.broker.start(guide)).rejects.toMatchObject({ code: "already-active" });
  const stop = `${setting.emulator.url}/v3/conversations/${grant.conversation.id}/stop`;
  await fetch(stop, { method: "POST", headers: { "x-api-key": setting.emulator.apiKey } });
  await setting.pass(6);
  expect(await outcome(setting.clock, setting.broker.start(guide))).toMatchObject({ resumed: false });
});

it("the log names no segment, which may be named after somebody", async () => {
  const setting = await openSetting({ client: ({ consumer }) => `user ${consumer.identity}@example.test` });
  setting.emulator.faults.queue("startConversation", fault.drop());
  setting.emulator.faults.queue("listConversations", fault.status(503, { times: 5 }));
  await outcome(setting.clock, setting.broker.start(guide));
  await setting.pass(10);
  expect(setting.log).not.toEqual([]);
  expect(JSON.stringify(setting.log)).not.toContain("ada@example");
});

it("brokers of two Equos organizations in one process keep their conversations apart", async () => {
  const emulators = [await startEmulator(), await startEmulator()];
  onTestFinished(async () => void (await Promise.all(emulators.map((emulator) => emulator.close()))));
  const brokers = emulators.map(
    ({ apiKey, url }) =>
      new ConversationBroker({
        equos: EquosClient.create(apiKey, { endpoint: url }),
        characters: { guide: "cha_emulator_guide" },
      }),
  );
  const started = await Promise.all(brokers.map((broker) => broker.start({ consumer: ada })));
  expect(started.map(({ resumed }) => resumed)).toEqual([false, false]);
  for (const broker of brokers) {
    expect((await broker.stop({ consumer: ada })).conversation.status).toBe("ended");
    await broker.close();
  }
  for (const emulator of emulators) emulator.assertNothingRunning();
});

it("a tenant's adopted conversation is nobody's, not that of the same identity without a tenant", async () => {
  const setting = await openSetting({}, { switches: { joined: "consumer" } });
  const { grant } = await setting.broker.start({ ...guide, consumer: { ...ada, tenant: "acme" } as typeof ada });
  setting.emulator.join(grant.conversation.id);
  await setting.clock.advance(5_000);
  const later = new ConversationBroker({
    apiKey: setting.emulator.apiKey,
    endpoint: setting.emulator.url,
    clock: setting.clock,
    deployment: "test",
    characters: { guide: "cha_emulator_guide" },
    store: memoryStore({ clock: setting.clock }),
  });
  expect((await later.reconcile()).adopted).toHaveLength(1);
  await expect(later.stop({ consumer: ada, id: grant.conversation.id })).rejects.toMatchObject({ code: "not-found" });
  await later.start({ consumer: ada });
  expect(setting.running()).toHaveLength(2);
  expect((await later.forceStop(grant.conversation.id)).conversation.status).toBe("ended");
});

describe("a conversation that Equos has ended by itself, while its page goes on sending heartbeats", () => {
  const limits = { maxSeconds: 3600 };
  const heartbeats = async ({ broker, pass }: Setting, id: string) => {
    for (let passed = 0; passed < 330; passed += 30) {
      await broker.heartbeat({ consumer: ada, id }).catch(() => undefined);
      await pass(30);
    }
  };

  it("is noticed about every five minutes, by one request", async () => {
    const setting = await openSetting({ limits });
    const { id } = (await setting.broker.start(guide)).grant.conversation;
    setting.emulator.end(id, "error");
    await heartbeats(setting, id);
    for (const named of [{ consumer: ada, id }, { consumer: ada }])
      await expect(setting.broker.heartbeat(named)).rejects.toMatchObject({ code: "conversation-ended" });
    expect(setting.events.at(-1)).toMatchObject({ type: "conversation.ended", reason: "upstream", seconds: 0 });
    // Nothing is left to look at.
    await heartbeats(setting, id);
    expect(calls(setting, "getConversationById")).toBe(1);
  });

  it("is noticed by Equos' list, where many conversations run", async () => {
    const setting = await openSetting({ limits, joinWithinSeconds: 3600 });
    const start = (identity: string) => setting.broker.start({ consumer: { identity, name: "U" }, character: "guide" });
    for (let user = 0; user < 60; user += 1) await start(`u${user}`);
    const { id } = (await setting.broker.start(guide)).grant.conversation;
    setting.emulator.end(id, "error");
    await heartbeats(setting, id);
    expect(setting.events.at(-1)).toMatchObject({ type: "conversation.ended", conversation: id });
    expect(calls(setting, "getConversationById")).toBe(1);
    expect(calls(setting, "listConversations")).toBeLessThan(10);
  });
});
