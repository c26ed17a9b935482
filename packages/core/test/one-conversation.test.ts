import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { turns } from "./abortable-start.js";
import { ada, eventually, openSetting, outcome } from "./setting.js";

const guide = { consumer: ada, character: "guide" };
const coach = { consumer: ada, character: "coach" };

describe("one consumer never has two conversations", () => {
  it("by starting another one again and again while the former cannot be stopped", async () => {
    const { broker, clock, emulator, running } = await openSetting();
    await broker.start(guide);
    emulator.faults.queue("stopConversation", fault.status(503, { times: 100 }));
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const start = attempt % 2 === 0 ? coach : guide;
      expect(await outcome(clock, broker.start(start))).toMatchObject({ code: "start-in-doubt" });
    }
    expect(running()).toHaveLength(1);
  });

  it("by stopping and starting while stops are not confirmed", async () => {
    const { broker, clock, emulator, running } = await openSetting({ whenActive: { same: "reject", other: "reject" } });
    await broker.start(guide);
    emulator.faults.queue("stopConversation", fault.status(503, { times: 100 }));
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await broker.stop({ consumer: ada });
      expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "start-in-doubt" });
    }
    expect(running()).toHaveLength(1);
  });

  it.each([
    ["fresh starts", { ...guide, fresh: true }, {}],
    ["starts where the same one is replaced", guide, { whenActive: { same: "replace" } }],
    ["starts where the same one is rejected", guide, { whenActive: { same: "reject" } }],
  ] as const)("by a double click: %s", async (_, start, options) => {
    const { broker, emulator, running } = await openSetting(options);
    const [first, second] = await Promise.all([broker.start(start), broker.start(start)]);
    expect(second.grant).toEqual(first.grant);
    expect(emulator.conversations()).toHaveLength(1);
    expect(running()).toEqual([first.grant.conversation.id]);
  });

  it("whatever a late stop of an old page says", async () => {
    const { broker, running } = await openSetting();
    const old = await broker.start(guide);
    const next = await broker.start({ ...guide, fresh: true });
    expect(next.generation).toBeGreaterThan(old.generation);
    // The old page does not know that it was replaced, and its word comes late.
    await expect(broker.stop({ consumer: ada, generation: old.generation })).rejects.toMatchObject({
      code: "outdated",
      status: 409,
      generation: next.generation,
    });
    expect(running()).toEqual([next.grant.conversation.id]);
  });
});

describe("nothing runs on that nobody has", () => {
  it("when the broker closes while somebody waits for a start whose client left", async () => {
    const { broker, clock, emulator } = await openSetting();
    emulator.faults.queue("startConversation", fault.delay(2_000));
    const first = broker.start(guide);
    await eventually(() => emulator.requests().length === 1);
    const second = broker.start(guide);
    await turns(20);
    const closed = broker.close();
    // Whoever waited for a start in flight still gets it.
    await outcome(clock, Promise.all([first, second, closed]));
    expect((await second).resumed).toBe(true);
  });

  it("when a stop at closing is confirmed only at the third try", async () => {
    const { broker, clock, emulator } = await openSetting();
    await broker.start(guide);
    emulator.faults.queue("stopConversation", fault.status(503, { times: 2 }));
    await outcome(clock, broker.close({ stop: true }));
    emulator.assertNothingRunning();
  });

  it("and closing ends although Equos never confirms, with a line in the log", async () => {
    const { broker, clock, emulator, log } = await openSetting();
    await broker.start(guide);
    emulator.faults.queue("stopConversation", fault.status(503, { times: 1000 }));
    await outcome(clock, broker.close({ stop: true }));
    expect(log.at(-1)).toMatchObject({
      details: { left: 1 },
      message: expect.stringMatching(/not confirmed all stops/),
    });
  });

  it("because the stop of another one hangs", async () => {
    const { broker, emulator, pass, running } = await openSetting({ timeouts: { stopSeconds: 30 } });
    const ben = { identity: "ben", name: "Ben" };
    const hanging = await broker.start(guide);
    await broker.start({ consumer: ben, character: "guide" });
    const { id } = hanging.grant.conversation;
    emulator.faults.queue("stopConversation", fault.silence({ when: (request) => request.id === id, times: 10 }));
    await broker.stop({ consumer: ada, pageHide: true });
    await pass(4);
    await broker.stop({ consumer: ben, pageHide: true });
    await pass(5);
    expect(running()).toEqual([id]);
    await broker.stop({ consumer: ben }).catch(() => undefined);
  });
});

describe("a server held up", () => {
  it("by its key store sends nothing after its time", async () => {
    const { broker, clock, emulator } = await openSetting({ apiKey: () => new Promise<string>(() => undefined) });
    expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "api-key-failed" });
    await clock.advance(120_000);
    expect(emulator.requests()).toEqual([]);
  });
});

it("a second click whose payload expires at once gets an answer at once, and one conversation runs", async () => {
  const { broker, emulator, clock, running } = await openSetting({}, { tokenTtlSeconds: 5 });
  emulator.faults.queue("startConversation", fault.delay(1_000));
  const saves = Date.now();
  const clicks = await outcome(clock, Promise.allSettled([broker.start(guide), broker.start(guide)]));
  expect(clicks).toMatchObject([{ status: "fulfilled" }, { status: "fulfilled" }]);
  expect(Date.now() - saves).toBeLessThan(5_000);
  expect(running()).toHaveLength(1);
});
