import { type Clock, ConversationBroker, type Exchange } from "@equos-broker/core";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { type Mishap, unlucky } from "./ledgers.js";
import { ada, eventually, openSetting, outcome } from "./setting.js";

const guide = { consumer: ada, character: "guide" };

/** A setting whose ledger has mishaps, by its own clock. */
async function withMishaps(mishap: Mishap) {
  const time: { clock?: Clock } = {};
  const standing: Clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };
  const setting = await openSetting({ ledger: unlucky(() => time.clock ?? standing, mishap) });
  time.clock = setting.clock;
  return setting;
}

describe("a step of the ledger whose answer is lost", () => {
  it("does not put a leave off, when it was a resume", async () => {
    let losing = false;
    const setting = await withMishaps((name) => (losing && name === "reserve" ? "answer lost" : undefined));
    const { broker, clock, pass, running } = setting;
    const { grant, delivery } = await broker.start(guide);
    await pass(1);
    await broker.stop({ consumer: ada, id: grant.conversation.id, leaving: true, delivery });
    losing = true;
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "ledger-unavailable" });
    losing = false;
    await pass(30);
    expect(running()).toEqual([]);
  });

  it("leaves nobody waiting, when it was a second click", async () => {
    let losing = 0;
    const setting = await withMishaps((name) => (name === "reserve" && losing-- === 1 ? "answer lost" : undefined));
    const { broker, clock, emulator, pass, running } = setting;
    emulator.faults.queue("startConversation", fault.delay(3_000));
    const gone = new AbortController();
    const exchange: Exchange = {
      method: "POST",
      action: "start",
      clientIp: undefined,
      signal: gone.signal,
      native: undefined,
      waitUntil: () => undefined,
      header: (name) =>
        new Map([
          ["content-type", "application/json"],
          ["x-user", "ada"],
        ]).get(name),
      readBody: async () => ({ character: "guide" }),
    };
    const first = broker.handle(exchange);
    await eventually(() => emulator.requests().some(({ operation }) => operation === "startConversation"));
    losing = 1;
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "ledger-unavailable" });
    gone.abort();
    await outcome(clock, first);
    await pass(25);
    expect(running()).toEqual([]);
  });
});

describe("a step of the ledger that fails", () => {
  it("at the caller's deadline: the late answer is stopped all the same", async () => {
    const setting = await withMishaps((name, nth) => (name === "doubt" && nth === 1 ? "untaken" : undefined));
    const { broker, clock, emulator, pass, running } = setting;
    emulator.faults.queue("startConversation", fault.delay(20_000));
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "ledger-unavailable" });
    await pass(30);
    expect(emulator.conversations()).toHaveLength(1);
    expect(running()).toEqual([]);
  });

  it("after Equos refused: its consumer may start again at once", async () => {
    const setting = await withMishaps((name, nth) => (name === "end" && nth === 1 ? "untaken" : undefined));
    const { broker, clock, emulator, pass } = setting;
    emulator.faults.queue("startConversation", fault.status(402));
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "upstream-no-credit" });
    await pass(2);
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ resumed: false });
  });

  it.each(["stop", "end", "announced"] as const)("at the %s of an orphan: it is stopped in the end", async (step) => {
    const setting = await openSetting({}, { switches: { joined: "consumer" } });
    await setting.broker.start(guide);
    await setting.clock.advance(5_000);
    const later = new ConversationBroker({
      apiKey: setting.emulator.apiKey,
      endpoint: setting.emulator.url,
      clock: setting.clock,
      deployment: "test",
      logger: { warn: () => undefined, error: () => undefined },
      ledger: unlucky(
        () => setting.clock,
        (name, nth) => (name === step && nth === 1 ? "untaken" : undefined),
      ),
    });
    await later.reconcile().catch(() => undefined);
    await setting.pass(30);
    expect(setting.running()).toEqual([]);
  });
});

describe("a server whose clock jumps", () => {
  it.each([3_600_000, -3_600_000])("by %i ms is put right by the ledger's answers", async (jump) => {
    let skew = 0;
    const time: { clock?: Clock } = {};
    const skewed: Clock = {
      now: () => (time.clock?.now() ?? 0) + skew,
      setTimeout: (task, milliseconds) => time.clock?.setTimeout(task, milliseconds),
      clearTimeout: (handle) => time.clock?.clearTimeout(handle),
    };
    const ledger = unlucky(
      () => time.clock ?? skewed,
      () => undefined,
    );
    const setting = await openSetting({ clock: skewed, ledger });
    time.clock = setting.clock;
    const { grant } = await setting.broker.start(guide);
    skew = jump;
    expect((await setting.broker.start(guide)).grant).toEqual(grant);
    await setting.pass(5);
    expect(setting.running()).toHaveLength(1);
    expect((await setting.broker.stop({ consumer: ada })).conversation.status).toBe("ended");
  });
});
