import {
  ConversationBroker,
  type ConversationStore,
  type FetchContext,
  memoryStore,
  type StoredState,
  toFetchHandler,
} from "@equos-broker/core";
import { type ControlledClock, manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { ada, openSetting, outcome, sharedStore } from "./setting.js";

const guide = { consumer: ada, character: "guide" };

/** The states in a store, read and written behind the broker's back. */
async function backDoor(store: ConversationStore, clock: ControlledClock) {
  const { id } = await store.open({ nonce: "Nonce123", key: "unused", format: 1 });
  const context = { storeId: id, seen: 0 };
  const read = async (): Promise<StoredState> => {
    const page = await store.list(undefined, context);
    const [first] = "states" in page ? page.states : [];
    if (first === undefined) throw new Error("The store is empty");
    return first;
  };
  const write = async (state: string, dueInMs = 0) => {
    const { consumer, version } = await read();
    const times = { dueAt: clock.now() + dueInMs, expiresAt: clock.now() + 1e9, notAfter: clock.now() + 1000 };
    expect(await store.save({ consumer, version, state, ...times }, context)).toMatchObject({ result: "saved" });
  };
  return { read, write, context };
}

async function open() {
  const time: { clock?: ControlledClock } = {};
  const now = () => time.clock?.now() ?? 0;
  const store = memoryStore({ clock: { now, setTimeout: () => 0, clearTimeout: () => undefined } });
  const setting = await openSetting({ store });
  const { clock } = setting;
  time.clock = clock;
  const started = await setting.broker.start(guide);
  return { ...setting, store, started, ...(await backDoor(store, clock)) };
}

describe("a stored state that cannot be parsed", () => {
  it("is reported, blocks its consumer, and is replaced by a reconcile that stops what runs", async () => {
    const { broker, clock, write, events, log, running, pass } = await open();
    await write('{"format":1,"records":[{');
    await expect(broker.start(guide)).rejects.toMatchObject({ code: "start-in-doubt" });
    await expect(broker.stop({ consumer: ada })).rejects.toMatchObject({ code: "store-unavailable" });
    await pass(3);
    expect(events).toContainEqual(expect.objectContaining({ type: "store.corrupt-state" }));
    expect(log).toContainEqual(expect.objectContaining({ message: "A stored state cannot be read" }));
    expect(running()).toEqual([]);
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ resumed: false });
    expect(events).toContainEqual(expect.objectContaining({ type: "conversation.ended", reason: "orphan" }));
  });

  it("is not replaced by the regular comparison, which has not listed all of Equos", async () => {
    const time: { clock?: ControlledClock } = {};
    const store = sharedStore({ ...manualClock(), now: () => time.clock?.now() ?? 0 });
    const setting = await openSetting({ store, secret: "s".repeat(32), client: () => "segment" });
    const { broker, clock, pass, running } = setting;
    time.clock = clock;
    const { generation } = await broker.start(guide);
    for (let passed = 0; passed < 290; passed += 10) {
      await pass(10);
      await broker.heartbeat({ consumer: ada, generation });
    }
    const { write } = await backDoor(store, clock);
    await write('{"format":1,"records":[{', 90_000);
    await pass(25);
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "start-in-doubt" });
    expect(running()).toHaveLength(1);
  });

  it("is left to the newer release that wrote it", async () => {
    const { broker, read, write, events, running, pass, started } = await open();
    const newer = JSON.stringify({ ...JSON.parse((await read()).state), format: 2 });
    await write(newer);
    await expect(broker.start(guide)).rejects.toMatchObject({ code: "start-in-doubt" });
    await pass(5);
    expect(events).toContainEqual(expect.objectContaining({ type: "store.corrupt-state" }));
    expect((await broker.reconcile()).stopped).toEqual([]);
    expect((await read()).state).toBe(newer);
    expect(running()).toEqual([started.grant.conversation.id]);
  });
});

it("a store that a newer release has opened is refused by this one, with a hint", async () => {
  const { store, context, emulator, clock } = await open();
  await store.updateMeta({ format: 2 }, context);
  const { apiKey, url: endpoint } = emulator;
  const downgraded = new ConversationBroker({
    apiKey,
    endpoint,
    clock,
    store,
    characters: { guide: "cha_emulator_guide" },
  });
  const error = await downgraded.start({ consumer: ada }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "store-unavailable", message: expect.stringMatching(/Update this server/) });
});

it("a consumer whose plan shrinks from three conversations to one keeps none of the three beside the next", async () => {
  let active = 3;
  const { broker, clock, running, pass } = await openSetting({
    limits: () => ({ perConsumer: { active } }),
    input: { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } },
  });
  const start = (input: number) => broker.start({ ...guide, input });
  const first = await Promise.all([start(1), start(2), start(3)]);
  expect(running()).toHaveLength(3);
  active = 1;
  const next = await outcome(clock, start(4));
  await pass(1);
  expect(running()).toEqual([(next as (typeof first)[0]).grant.conversation.id]);
});

it("eight aborted refetches beside a live page neither end its conversation nor keep it after the page", async () => {
  const { broker, clock, running, pass } = await openSetting({ keepAliveSeconds: 120 });
  const header = (name: string) =>
    new Map([
      ["content-type", "application/json"],
      ["equos-client", "1"],
      ["x-user", "ada"],
    ]).get(name);
  const fetchToken = () =>
    broker.handle({
      ...{ method: "POST", action: "token", clientIp: undefined, native: undefined, header },
      signal: new AbortController().signal,
      readBody: async () => ({ room_config: { agents: [{ agent_name: "guide" }] } }),
      waitUntil: () => undefined,
    });
  const page = await fetchToken();
  const delivery = Number(page?.headers["equos-delivery"]);
  await broker.heartbeat({ consumer: ada, generation: delivery });
  const lost = await Promise.all(Array.from({ length: 8 }, fetchToken));
  await outcome(clock, Promise.all(lost.map((reply) => reply?.undelivered?.())));
  await pass(35);
  expect(running()).toHaveLength(1);
  await broker.heartbeat({ consumer: ada, generation: delivery });
  await broker.stop({ consumer: ada, generation: delivery, pageHide: true });
  await pass(5);
  expect(running()).toEqual([]);
});

it("the running conversations are listed with their consumer, character, and times", async () => {
  const { broker, clock } = await openSetting({ limits: { maxSeconds: 120 } });
  const { grant } = await broker.start(guide);
  await broker.start({ consumer: { identity: "ben", name: "Ben", tenant: "acme" } as typeof ada, character: "coach" });
  await broker.heartbeat({ consumer: ada });
  const listed = [];
  for await (const conversation of broker.conversations()) listed.push(conversation);
  expect(listed.sort((a, b) => String(a.character).localeCompare(String(b.character)))).toEqual([
    {
      ...{ id: expect.any(String), consumer: { identity: "ben", tenant: "acme" }, character: "coach", joined: false },
      ...{ startedAt: new Date(clock.now()), endsAt: new Date(clock.now() + 120_000) },
    },
    {
      ...{ id: grant.conversation.id, consumer: { identity: "ada" }, character: "guide", joined: true },
      ...{ startedAt: new Date(clock.now()), endsAt: new Date(clock.now() + 120_000) },
    },
  ]);
  await broker.stop({ consumer: ada });
  const left = [];
  for await (const { id } of broker.conversations()) left.push(id);
  expect(left).toHaveLength(1);
});

it("after the store was lost, a page goes on by its token, if the server knows its consumer", async () => {
  const setting = await openSetting({}, { switches: { joined: "consumer" } });
  const { grant } = await setting.broker.start({ ...guide, sendsHeartbeats: true });
  setting.emulator.join(grant.conversation.id);
  await setting.clock.advance(2_000);
  await outcome(setting.clock, setting.broker.close({ stop: false }));
  const { apiKey, url: endpoint } = setting.emulator;
  const later = new ConversationBroker({
    ...{ apiKey, endpoint, clock: setting.clock, deployment: "test" },
    authorize: ({ header }: FetchContext) => ({ identity: header("x-user") ?? "", name: "Ada" }),
  });
  expect((await later.reconcile()).adopted).toHaveLength(1);
  const handler = toFetchHandler(later);
  const body = JSON.stringify({ id: grant.conversation.id, token: grant.consumerAccessToken });
  const send = async (user: string, action: string) => {
    const headers = { "content-type": "application/json", "x-user": user };
    return (await handler(new Request(`http://x.test/${action}`, { method: "POST", headers, body }))).status;
  };
  expect(await send("ben", "keepalive")).toBe(404);
  for (let minute = 0; minute < 3; minute += 1) {
    expect(await send("ada", "keepalive")).toBe(204);
    await setting.pass(60);
  }
  expect(setting.running()).toHaveLength(1);
  expect(await send("ada", "stop")).toBe(200);
  expect(setting.running()).toEqual([]);
});
