import { type Clock, ConversationBroker, type Exchange } from "@equos-broker/core";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { ada, eventually, openSetting, outcome } from "./setting.js";
import { faultyStore, type Mishap } from "./store/faulty-store.js";

const guide = { consumer: ada, character: "guide" };

/** A setting whose store has mishaps, on the setting's clock. */
async function withMishaps(mishap: Mishap) {
  const time: { clock?: Clock } = {};
  const standing: Clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };
  const setting = await openSetting({ store: faultyStore(() => time.clock ?? standing, mishap) });
  time.clock = setting.clock;
  return setting;
}

describe("a save whose answer is lost or late", () => {
  it.each(["answer lost", "hangs"] as const)("of a resume: does not cancel a page's end (%s)", async (how) => {
    let losing = false;
    const { broker, clock, pass, running } = await withMishaps((call) => (losing && call === "save" ? how : undefined));
    const { grant, generation } = await broker.start(guide);
    await pass(1);
    await broker.stop({ consumer: ada, id: grant.conversation.id, pageHide: true, generation });
    losing = true;
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "store-unavailable" });
    losing = false;
    await pass(30);
    expect(running()).toEqual([]);
  });

  it.each(["answer lost", "hangs"] as const)(
    "of a reservation: nothing is sent, and the next start goes through (%s)",
    async (how) => {
      const setting = await withMishaps((call, nth) => (call === "reserve" && nth === 1 ? how : undefined));
      const { broker, clock, emulator, pass } = setting;
      expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "store-unavailable" });
      expect(emulator.requests()).toEqual([]);
      await pass(5);
      expect(await outcome(clock, broker.start(guide))).toMatchObject({ resumed: false });
      expect(emulator.conversations()).toHaveLength(1);
    },
  );

  it.each(["not done", "answer lost", "hangs"] as const)(
    "of a commit: the conversation is stopped, and its seconds are in one end (%s)",
    async (how) => {
      const setting = await withMishaps((call, nth) => (call === "commit" && nth === 1 ? how : undefined));
      const { broker, clock, emulator, pass, running, events } = setting;
      expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "store-unavailable" });
      await pass(20);
      expect(running()).toEqual([]);
      const ends = events.filter(({ type }) => type === "conversation.ended");
      expect(ends).toMatchObject([{ conversation: emulator.conversations()[0]?.id, reason: "late-response" }]);
      expect(await outcome(clock, broker.start(guide))).toMatchObject({ resumed: false });
    },
  );

  it("of a useless answer: nothing runs on", async () => {
    const setting = await withMishaps((call, nth) => (call === "commit" && nth === 1 ? "not done" : undefined));
    const { broker, clock, running, emulator } = setting;
    const set = (answer: unknown) => ({ ...(answer as object), consumerAccessToken: null });
    emulator.faults.queue("startConversation", { set });
    const error = await outcome(clock, broker.start(guide));
    expect(error).toMatchObject({ code: "upstream-incomplete-answer" });
    expect(emulator.conversations()).toHaveLength(1);
    expect(running()).toEqual([]);
  });

  it("leaves no caller waiting, when it was a second click", async () => {
    let losing = false;
    const setting = await withMishaps((call) => (losing && call === "load" ? "answer lost" : undefined));
    const { broker, clock, emulator, pass, running } = setting;
    emulator.faults.queue("startConversation", fault.delay(3_000));
    const gone = new AbortController();
    const headers = new Map([
      ["content-type", "application/json"],
      ["x-user", "ada"],
    ]);
    const exchange: Exchange = {
      method: "POST",
      action: "start",
      clientIp: undefined,
      signal: gone.signal,
      native: undefined,
      waitUntil: () => undefined,
      header: (name) => headers.get(name),
      readBody: async () => ({ character: "guide" }),
    };
    const first = broker.handle(exchange);
    await eventually(() => emulator.requests().some(({ operation }) => operation === "startConversation"));
    losing = true;
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "store-unavailable" });
    losing = false;
    gone.abort();
    await outcome(clock, first);
    await pass(25);
    expect(running()).toEqual([]);
  });
});

describe("a store that fails", () => {
  it("at the caller's deadline: the late answer is stopped all the same", async () => {
    const setting = await withMishaps((call, nth) => (call === "save" && nth === 1 ? "not done" : undefined));
    const { broker, clock, emulator, pass, running } = setting;
    emulator.faults.queue("startConversation", fault.delay(20_000));
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "store-unavailable" });
    await pass(30);
    expect(emulator.conversations()).toHaveLength(1);
    expect(running()).toEqual([]);
  });

  it("after Equos refused: its consumer may start again at once", async () => {
    const setting = await withMishaps((call, nth) => (call === "save" && nth === 1 ? "not done" : undefined));
    const { broker, clock, emulator, pass } = setting;
    emulator.faults.queue("startConversation", fault.status(402));
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "upstream-no-credit" });
    await pass(2);
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ resumed: false });
  });

  it.each([1, 2, 3, 4])("at save %i of an orphan's stop: it is stopped in the end", async (which) => {
    const setting = await openSetting({}, { switches: { joined: "consumer" } });
    await setting.broker.start(guide);
    await setting.clock.advance(5_000);
    const later = new ConversationBroker({
      apiKey: setting.emulator.apiKey,
      endpoint: setting.emulator.url,
      clock: setting.clock,
      deployment: "test",
      logger: { warn: () => undefined, error: () => undefined },
      onEvent: () => undefined,
      store: faultyStore(
        () => setting.clock,
        (call, nth) => ((call === "save" || call === "commit") && nth === which ? "not done" : undefined),
      ),
    });
    await later.reconcile().catch(() => undefined);
    await setting.pass(5);
    await later.reconcile().catch(() => undefined);
    await setting.pass(30);
    expect(setting.running()).toEqual([]);
  });
});

describe("a server whose clock jumps", () => {
  it.each([3_600_000, -3_600_000])("by %i ms is put right by the store's answers", async (jump) => {
    let skew = 0;
    const time: { clock?: Clock } = {};
    const skewed: Clock = {
      now: () => (time.clock?.now() ?? 0) + skew,
      setTimeout: (task, milliseconds) => time.clock?.setTimeout(task, milliseconds),
      clearTimeout: (handle) => time.clock?.clearTimeout(handle),
    };
    const store = faultyStore(
      () => time.clock ?? skewed,
      () => undefined,
    );
    const setting = await openSetting({ clock: skewed, store });
    time.clock = setting.clock;
    const { grant } = await setting.broker.start(guide);
    skew = jump;
    expect((await setting.broker.start(guide)).grant).toEqual(grant);
    await setting.pass(5);
    expect(setting.running()).toHaveLength(1);
    expect((await setting.broker.stop({ consumer: ada })).conversation.status).toBe("ended");
  });
});
