import { type BrokerEvent, type Clock, ConversationBroker, memoryStore } from "@equos-broker/core";
import { fault, manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { ada, ben, eventually, openSetting, outcome, type Setting, sharedStore } from "./setting.js";
import { faultyStore } from "./store/faulty-store.js";

// Each test is a way in which a conversation was billed twice, was billed on, or was missing from the bill.

const guide = { consumer: ada, character: "guide" };
const coach = { consumer: ada, character: "coach" };
const ends = (events: readonly BrokerEvent[]) => events.filter(({ type }) => type === "conversation.ended");
const foreign404 = { status: 404, body: "<h1>Not Found</h1>", contentType: "text/html", after: "refuse" } as const;

/** What the emulator bills, and what the ends say, by conversation. */
function bills({ emulator, events }: Setting) {
  const billed = emulator.bill().conversations.map(({ id, seconds }) => [id, seconds]);
  const announced = ends(events).map(
    (event) => event.type === "conversation.ended" && [event.conversation, event.seconds],
  );
  return { billed: billed.sort(), announced: announced.sort() };
}

describe("a gateway's 404", () => {
  it("to a stop and to a get confirms nothing: the stop is repeated until Equos answers", async () => {
    const setting = await openSetting();
    await setting.broker.start(guide);
    setting.emulator.faults.queue("stopConversation", { ...foreign404, times: 3 });
    setting.emulator.faults.queue("getConversationById", { ...foreign404, times: 3 });
    await setting.pass(5);
    expect((await setting.broker.stop({ consumer: ada })).conversation.status).toBe("stopping");
    expect(ends(setting.events)).toEqual([]);
    await setting.pass(20);
    expect(setting.running()).toEqual([]);
    const { billed, announced } = bills(setting);
    expect(announced).toEqual(billed);
  });

  it("at a resume starts no second conversation", async () => {
    const setting = await openSetting();
    const first = await setting.broker.start(guide);
    await setting.pass(6);
    setting.emulator.faults.queue("getConversationById", foreign404);
    expect((await setting.broker.start(guide)).grant).toEqual(first.grant);
  });
});

it("starts with lost answers count against the limit until a complete search has missed them", async () => {
  const setting = await openSetting({ limits: { overall: { active: 2 } } });
  const { broker, emulator, clock } = setting;
  emulator.faults.queue("startConversation", fault.afterCreate.drop({ times: 2 }));
  emulator.faults.queue("listConversations", fault.status(500, { times: 60 }));
  for (const identity of ["a", "b"]) {
    const lost = broker.start({ consumer: { identity, name: "A" }, character: "guide" });
    expect(await outcome(clock, lost)).toMatchObject({ code: "upstream-disconnected" });
  }
  await setting.pass(90);
  expect(setting.running()).toHaveLength(2);
  await expect(broker.start(guide)).rejects.toMatchObject({ code: "at-capacity" });
  await setting.pass(200);
  expect(setting.running()).toEqual([]);
  expect(await outcome(clock, broker.start(guide))).toMatchObject({ resumed: false });
});

it.each([408, 409, 425, 499])(
  "a start that was answered %i by a gateway, and was created, is searched for",
  async (status) => {
    const { broker, emulator, clock, running, pass } = await openSetting();
    emulator.faults.queue("startConversation", { after: "create", status, body: "busy", contentType: "text/plain" });
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ name: "BrokerError" });
    expect(running()).toHaveLength(1);
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "start-in-doubt" });
    await pass(5);
    expect(running()).toEqual([]);
  },
);

it("a connection that breaks after the caller's deadline wakes the search at once", async () => {
  const setting = await openSetting({ timeouts: { startSeconds: 5, lateResponseSeconds: 60 } });
  const { broker, emulator, clock, running } = setting;
  // Created late, after several searches: each pause is longer than the one before.
  emulator.faults.queue("startConversation", { delayMs: 40_000, drop: "half" });
  expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "outcome-unknown" });
  await setting.pass(34);
  while (emulator.conversations().length === 0) await setting.pass(1);
  await setting.pass(4);
  expect(running()).toEqual([]);
});

it("a reconcile verifies what the store calls running before it decides about another conversation", async () => {
  const setting = await openSetting({}, { switches: { joined: "consumer" } });
  const { broker, emulator } = setting;
  const { grant } = await broker.start(guide);
  const [request] = emulator.requests();
  const { name = "", ...original } = (request?.body ?? {}) as { readonly name?: string };
  const headers = { "x-api-key": emulator.apiKey, "content-type": "application/json" };
  // As after a failover to older data: the store has the former conversation as running, and not the one in use.
  await fetch(`${emulator.url}/v3/conversations/${grant.conversation.id}/stop`, { method: "POST", headers });
  const body = { ...original, name: `${name.slice(0, -16)}AAAAAAAAAAAAAAAA` };
  await fetch(`${emulator.url}/v3/conversations`, { method: "POST", headers, body: JSON.stringify(body) });
  const [inUse = ""] = setting.running();
  emulator.join(inUse);
  await setting.clock.advance(3_000);
  expect(await broker.reconcile()).toMatchObject({ ended: [grant.conversation.id], adopted: [inUse], stopped: [] });
  expect(setting.running()).toEqual([inUse]);
});

it("a clock that was ahead once does not end the regular reconciles", async () => {
  const time = manualClock();
  let ahead = 0;
  const clock: Clock = {
    now: () => time.now() + ahead,
    monotonic: () => time.now(),
    setTimeout: (task, ms) => time.setTimeout(task, ms),
    clearTimeout: (handle) => time.clearTimeout(handle as never),
  };
  const setting = await openSetting({ clock, store: sharedStore(time), secret: "s".repeat(32), logger: quiet });
  await setting.broker.start(guide);
  ahead = 86_400_000;
  await advance(time, 400);
  ahead = 0;
  const before = lists(setting);
  await advance(time, 400);
  expect(lists(setting)).toBeGreaterThan(before);
});

const quiet = { warn: () => undefined, error: () => undefined };
const lists = ({ emulator }: Setting) =>
  emulator.requests().filter(({ operation }) => operation === "listConversations").length;

async function advance(clock: ReturnType<typeof manualClock>, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1000);
    if (second % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

it("an id that Equos gives twice stays its first owner's, and the second start is refused", async () => {
  const setting = await openSetting();
  const { broker, emulator, clock } = setting;
  const first = await broker.start(guide);
  const { id } = first.grant.conversation;
  const set = (answer: unknown) => {
    const { conversation, ...rest } = answer as { conversation: object };
    return { ...rest, conversation: { ...conversation, id } };
  };
  emulator.faults.queue("startConversation", { set });
  const second = await outcome(clock, broker.start({ consumer: ben, character: "guide" }));
  expect(second).toMatchObject({ code: "upstream-invalid-answer", status: 502 });
  expect(setting.running()).toContain(id);
  await setting.pass(5);
  expect(setting.running()).toEqual([id]);
  expect((await broker.stop({ consumer: ada, id })).conversation.status).toBe("ended");
});

it("a larger maxSeconds than requested does not count, and is logged", async () => {
  const { broker, emulator, log, pass, running } = await openSetting({ limits: { maxSeconds: 60 } });
  const set = (answer: unknown) => {
    const { conversation, ...rest } = answer as { conversation: object };
    return { ...rest, conversation: { ...conversation, maxSeconds: 3600 } };
  };
  emulator.faults.queue("startConversation", { set });
  const { grant } = await broker.start(guide);
  expect(grant.conversation.maxSeconds).toBe(60);
  expect(log).toContainEqual(
    expect.objectContaining({ message: expect.stringMatching(/more seconds than requested/) }),
  );
  await broker.heartbeat({ consumer: ada });
  await pass(64);
  expect(running()).toEqual([]);
});

it("an adopted conversation whose page sends heartbeats ends when they stop", async () => {
  const setting = await openSetting({ keepAliveSeconds: 20 }, { switches: { joined: "consumer" } });
  const { grant } = await setting.broker.start({ ...guide, sendsHeartbeats: true });
  setting.emulator.join(grant.conversation.id);
  await setting.clock.advance(5_000);
  const { apiKey, url: endpoint } = setting.emulator;
  const { clock } = setting;
  const later = new ConversationBroker({ apiKey, endpoint, clock, deployment: "test", keepAliveSeconds: 20 });
  expect((await later.reconcile()).adopted).toEqual([grant.conversation.id]);
  await setting.pass(18);
  expect(setting.running()).toHaveLength(1);
  await setting.pass(5);
  expect(setting.running()).toEqual([]);
});

it("a sweep claims few consumers, for a short time, so that a killed server delays few", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const claims: { readonly limit: number; readonly leaseMs: number }[] = [];
  const { claimDue } = store;
  store.claimDue = (options, context) => {
    claims.push(options);
    return claimDue.call(store, options, context);
  };
  const setting = await openSetting({ clock, store });
  for (let index = 0; index < 30; index += 1) {
    await setting.broker.start({
      consumer: { identity: `u${index}`, name: "U" },
      character: "guide",
      sendsHeartbeats: true,
    });
  }
  await clock.advance(61_000);
  await outcome(setting.clock, setting.broker.sweep());
  expect(claims.length).toBeGreaterThan(3);
  expect(Math.max(...claims.map(({ limit }) => limit))).toBeLessThanOrEqual(10);
  expect(Math.max(...claims.map(({ leaseMs }) => leaseMs))).toBeLessThanOrEqual(5_000);
});

describe("the end of a conversation", () => {
  it("is acknowledged only after an asynchronous onEvent has resolved, and close waits for it", async () => {
    const written: string[] = [];
    const setting = await openSetting({
      onEvent: async ({ type }) => {
        await new Promise<void>((resolve) => setting.clock.setTimeout(resolve, 300));
        written.push(type);
      },
    });
    await setting.broker.start(guide);
    await setting.broker.stop({ consumer: ada });
    await outcome(setting.clock, setting.broker.close());
    expect(written).toContain("conversation.ended");
  });

  it("is delivered again after a rejection, with ids and the masked cause in the log", async () => {
    let rejections = 2;
    const delivered: BrokerEvent[] = [];
    const setting = await openSetting({
      onEvent: (event) => {
        if (event.type !== "conversation.ended") return;
        if (rejections-- > 0) return Promise.reject(new Error(`database says no to ${setting.emulator.apiKey}`));
        delivered.push(event);
      },
    });
    const { grant } = await setting.broker.start(guide);
    await setting.broker.stop({ consumer: ada });
    await setting.pass(10);
    expect(delivered).toMatchObject([{ conversation: grant.conversation.id, id: expect.any(String) }]);
    expect(setting.log).toContainEqual(
      expect.objectContaining({
        details: {
          conversation: grant.conversation.id,
          reservation: expect.stringContaining("."),
          cause: expect.stringMatching(/database says no to \[redacted\]/),
        },
      }),
    );
  });

  it("is delivered again by another server, if the first one was killed meanwhile", async () => {
    const clock = manualClock();
    const store = sharedStore(clock);
    const options = { clock, store, secret: "s".repeat(32) };
    const hanging = await openSetting({ ...options, onEvent: () => new Promise<void>(() => undefined) });
    const { grant } = await hanging.broker.start(guide);
    await hanging.broker.stop({ consumer: ada });
    // From here on it claims nothing, as if it had been killed.
    void hanging.broker.close();
    const delivered: BrokerEvent[] = [];
    const { apiKey, url: endpoint } = hanging.emulator;
    const other = new ConversationBroker({
      ...{ ...options, apiKey, endpoint, deployment: "test", logger: quiet },
      onEvent: (event) => void delivered.push(event),
    });
    for (let second = 0; second < 20; second += 1) {
      await clock.advance(1000);
      await outcome(hanging.clock, other.sweep());
    }
    expect(ends(delivered)).toMatchObject([{ conversation: grant.conversation.id, reason: "owner" }]);
  });
});

it.each(["refuses", "throws"])("the former conversation goes on when the hook %s the next one", async (how) => {
  const setting = await openSetting({
    conversation: ({ character }) => {
      if (character === "guide") return {};
      if (how === "throws") throw new Error("no");
      return null;
    },
  });
  const { grant } = await setting.broker.start(guide);
  await expect(setting.broker.start(coach)).rejects.toMatchObject({ name: "BrokerError" });
  await setting.pass(5);
  expect(setting.running()).toEqual([grant.conversation.id]);
  expect((await setting.broker.start(guide)).resumed).toBe(true);
});

it("a client that leaves while the hook hangs frees its place at once", async () => {
  const gone = new AbortController();
  let isHanging = true;
  const setting = await openSetting({ conversation: () => (isHanging ? new Promise<never>(() => undefined) : {}) });
  const headers = new Map([
    ["content-type", "application/json"],
    ["x-user", "ada"],
  ]);
  const left = setting.broker.handle({
    ...{ method: "POST", action: "start", clientIp: undefined, native: undefined, signal: gone.signal },
    header: (name) => headers.get(name),
    readBody: async () => ({ character: "guide" }),
    waitUntil: () => undefined,
  });
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  isHanging = false;
  gone.abort();
  expect((await left)?.status).toBe(409);
  expect(await setting.broker.start(guide)).toMatchObject({ resumed: false });
});

it("every billed second is in one end, whatever the reason", async () => {
  const setting = await openSetting({ leaveGraceSeconds: 2, limits: { maxSeconds: 30 } });
  const { broker, emulator, clock } = setting;
  const start = (identity: string) => broker.start({ consumer: { identity, name: "U" }, character: "guide" });
  await start("owner");
  const leaving = await start("leaving");
  await start("over");
  emulator.faults.queue("startConversation", fault.afterCreate.drop());
  await outcome(clock, start("lost")).catch(() => undefined);
  await broker.start({ consumer: { identity: "owner", name: "U" }, character: "coach" });
  await setting.pass(7);
  await broker.stop({ consumer: { identity: "leaving" }, generation: leaving.generation, pageHide: true });
  await setting.pass(4);
  await broker.stop({ consumer: { identity: "owner" } });
  await setting.pass(40);
  await eventually(() => ends(setting.events).length === emulator.conversations().length);
  const { billed, announced } = bills(setting);
  expect(announced).toEqual(billed);
});

describe("after a review by traces", () => {
  it("an identity that looks like tenant and identity is another consumer", async () => {
    const { broker } = await openSetting();
    const bob = { identity: "bob", name: "Bob", tenant: "acme" } as typeof ada;
    const first = await broker.start({ consumer: bob, character: "guide" });
    const second = await broker.start({ consumer: { identity: '["acme","bob"]', name: "M" }, character: "guide" });
    expect(second.resumed).toBe(false);
    expect(second.grant.consumerAccessToken).not.toBe(first.grant.consumerAccessToken);
  });

  it("an undelivered response is recorded even if the store is away for minutes", async () => {
    let isDown = false;
    const time: { clock?: Clock } = {};
    const standing: Clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };
    const store = faultyStore(
      () => time.clock ?? standing,
      () => (isDown ? "not done" : undefined),
    );
    const setting = await openSetting({ store });
    time.clock = setting.clock;
    const headers = new Map([
      ["content-type", "application/json"],
      ["x-user", "ada"],
    ]);
    const reply = await setting.broker.handle({
      ...{ method: "POST", action: "start", clientIp: undefined, native: undefined },
      signal: new AbortController().signal,
      header: (name) => headers.get(name),
      readBody: async () => ({ character: "guide" }),
      waitUntil: () => undefined,
    });
    isDown = true;
    void reply?.undelivered?.();
    await setting.pass(150);
    isDown = false;
    await setting.pass(45);
    expect(setting.running()).toEqual([]);
  });

  it("close with stop stops the others if one save fails, and repeats that one", async () => {
    let failures = 1;
    const time: { clock?: Clock } = {};
    const standing: Clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };
    let isClosing = false;
    const store = faultyStore(
      () => time.clock ?? standing,
      (call) => (isClosing && call === "save" && failures-- > 0 ? "not done" : undefined),
    );
    const setting = await openSetting({ store });
    time.clock = setting.clock;
    for (const identity of ["a", "b", "c"]) {
      await setting.broker.start({ consumer: { identity, name: "U" }, character: "guide" });
    }
    isClosing = true;
    await outcome(setting.clock, setting.broker.close({ stop: true }));
    expect(setting.running()).toEqual([]);
  });

  it("a hook, an onEvent, and a logger that fail in the oddest ways reject nothing unhandled", async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown) => void rejections.push(reason);
    process.on("unhandledRejection", note);
    const odd = () => {
      throw Object.create(null);
    };
    const log = () => Promise.reject(new Error("log")) as never;
    const setting = await openSetting({ onEvent: odd, logger: { warn: log, error: log } });
    await setting.broker.start(guide);
    await setting.broker.stop({ consumer: ada });
    await setting.pass(3);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(rejections).toEqual([]);
  });
});
