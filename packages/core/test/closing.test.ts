import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fault, startEmulator } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { Sweeper } from "../src/sweeper.js";
import { ada, eventually, openSetting, outcome } from "./setting.js";

const guide = { consumer: ada, character: "guide" };

describe("close", () => {
  it("sees to it that a page which has just left is stopped", async () => {
    const { broker, clock, emulator, events } = await openSetting();
    const { generation } = await broker.start(guide);
    await broker.stop({ consumer: ada, generation, pageHide: true });
    await outcome(clock, broker.close({ stop: false }));
    emulator.assertNothingRunning();
    expect(events.at(-1)).toMatchObject({ type: "conversation.ended", reason: "page-closed" });
  });

  it("ends although Equos hangs at every stop", async () => {
    const { broker, clock, emulator } = await openSetting({ timeouts: { stopSeconds: 6 } });
    for (const identity of ["a", "b", "c"])
      await broker.start({ consumer: { identity, name: "A" }, character: "guide" });
    emulator.faults.queue("stopConversation", fault.silence({ times: 1000 }));
    const before = clock.now();
    await outcome(clock, broker.close({ stop: true }));
    expect(clock.now() - before).toBeLessThan(60_000);
  });

  it("ends in a minute and a half at most, however much there is to stop and to wait for", async () => {
    const { broker, clock, emulator, log, pass } = await openSetting();
    for (let index = 0; index < 240; index += 1)
      await broker.start({ consumer: { identity: `u${index}`, name: "U" }, character: "guide" });
    emulator.faults.queue("stopConversation", fault.silence({ times: 10_000 }));
    emulator.faults.queue("startConversation", fault.delay(59_000));
    const late = broker.start(guide).catch((error: unknown) => error);
    await eventually(() => emulator.requests().length === 241);
    const before = clock.now();
    await outcome(clock, broker.close({ stop: true }));
    expect(clock.now() - before).toBeLessThanOrEqual(90_000);
    expect(log.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^Closed before all stops/));
    await late;
    await pass(30);
    const asked = emulator.requests().length;
    await pass(30);
    expect(emulator.requests()).toHaveLength(asked);
  });

  it("stops at once, also while running conversations are compared with a slow Equos", async () => {
    const { broker, clock, emulator, pass } = await openSetting();
    for (let index = 0; index < 10; index += 1)
      await broker.start({ consumer: { identity: `u${index}`, name: "U" }, character: "guide" });
    await pass(295);
    emulator.faults.queue("getConversationById", fault.delay(9_000, { times: 1_000 }));
    await pass(10);
    const before = clock.now();
    const closed = broker.close();
    const stops = () => emulator.requests().filter(({ operation }) => operation === "stopConversation").length;
    for (let second = 0; second < 10 && stops() === 0; second += 1) await pass(1);
    expect(clock.now() - before).toBeLessThan(5_000);
    await outcome(clock, closed);
    // One look was under way.
    expect(clock.now() - before).toBeLessThan(30_000);
    emulator.assertNothingRunning();
  });

  it("is the end of it: nothing is asked of Equos afterwards", async () => {
    const { broker, clock, emulator, pass, log } = await openSetting();
    await broker.start(guide);
    emulator.faults.queue("stopConversation", fault.status(503, { times: 1000 }));
    await broker.stop({ consumer: ada });
    await outcome(clock, broker.close());
    expect(log.at(-1)?.message).toMatch(/not confirmed all stops/);
    const asked = emulator.requests().length;
    await pass(90);
    expect(emulator.requests()).toHaveLength(asked);
  });

  it("keeps the process until the last stop is confirmed", async () => {
    const emulator = await startEmulator();
    onTestFinished(async () => await emulator.close());
    emulator.faults.queue("stopConversation", fault.status(500));
    // Nothing but close itself holds this process: no server, no timer.
    const script = `
      import { ConversationBroker } from "@equos-broker/core";
      const logger = { warn() {}, error() {} };
      const broker = new ConversationBroker({ characters: { guide: process.env.EQUOS_CHARACTER_ID }, logger });
      await broker.start({ consumer: { identity: "ada", name: "Ada" } });
      await broker.close({ stop: true });
      console.log("closed");`;
    const args = ["--conditions=@equos-broker/source", "--import", "tsx", "--input-type=module", "-e", script];
    const env = {
      ...process.env,
      EQUOS_ENDPOINT: emulator.url,
      EQUOS_API_KEY: emulator.apiKey,
      EQUOS_CHARACTER_ID: emulator.characterId,
    };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: import.meta.dirname });
    expect(stdout).toBe("closed\n");
    emulator.assertNothingRunning();
  });
});

describe("a page that leaves while its start is under way", () => {
  it("does not take the page with it that comes after", async () => {
    const { broker, emulator, pass, running } = await openSetting();
    emulator.faults.queue("startConversation", fault.delay(2_000));
    const first = broker.start(guide);
    await eventually(() => emulator.requests().length === 1);
    const stopped = broker.stop({ consumer: ada, pageHide: true });
    const second = broker.start(guide);
    await pass(3);
    expect((await second).grant).toEqual((await first).grant);
    await stopped;
    await pass(10);
    expect(running()).toEqual([(await second).grant.conversation.id]);
  });

  it("does not either when it stops at once", async () => {
    const { broker, emulator, pass, running } = await openSetting();
    emulator.faults.queue("startConversation", fault.delay(2_000));
    const first = broker.start(guide);
    await eventually(() => emulator.requests().length === 1);
    const stopped = broker.stop({ consumer: ada });
    const second = broker.start({ ...guide, fresh: true });
    await pass(3);
    await Promise.all([first, stopped]);
    const { grant } = await second;
    expect(running()).toContain(grant.conversation.id);
  });
});

it("a stop that fails tells neither log nor events what Equos quotes", async () => {
  const { broker, emulator, events, log } = await openSetting({
    conversation: () => ({ promptCtx: "The caller's cat is called Wilhelmina" }),
  });
  await broker.start(guide);
  const message = "cannot stop: The caller's cat is called Wilhelmina";
  emulator.faults.queue("stopConversation", { status: 500, body: { statusCode: 500, message } });
  await broker.stop({ consumer: ada });
  expect(events.at(-1)).toMatchObject({
    type: "stop.unconfirmed",
    upstream: { status: 500, detail: "upstream-error" },
  });
  expect(JSON.stringify([events, log])).not.toContain("Wilhelmina");
});

it("the sweep runs again when it is woken while it runs", async () => {
  let runs = 0;
  const timers: (() => void)[] = [];
  const clock = { now: () => 0, setTimeout: (task: () => void) => timers.push(task), clearTimeout: () => undefined };
  const sweeper: Sweeper = new Sweeper(
    clock,
    async () => {
      runs += 1;
      if (runs === 1) sweeper.wake();
      return false;
    },
    undefined,
    () => undefined,
  );
  sweeper.wake();
  timers[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(timers).toHaveLength(2);
  timers[1]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect([runs, timers.length]).toEqual([2, 2]);
});
