import { memoryStore } from "@equos-broker/core";
import { fault, manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { ada, ben, eventually, openSetting, outcome, sharedStore } from "./setting.js";

describe("a stop", () => {
  it("by the server's own code needs no more than an id", async () => {
    const { broker, running, events } = await openSetting();
    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    const { id } = grant.conversation;
    expect(await broker.forceStop(id)).toEqual({ conversation: { id, status: "ended" } });
    expect(running()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "conversation.ended", reason: "server", conversation: id });
  });

  it("bills what Equos bills, to the second", async () => {
    const { broker, emulator, events, pass } = await openSetting();
    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    await pass(93);
    await broker.stop({ consumer: ada });
    expect(events.at(-1)).toMatchObject({ reason: "owner", seconds: 93 });
    expect(emulator.bill().conversations).toMatchObject([{ id: grant.conversation.id, seconds: 93 }]);
  });

  it.each([["null"], ["empty"], ["404"]] as const)("of one that Equos ended, told by %s, is over", async (missing) => {
    const { broker, clock } = await openSetting({}, { switches: { missing } });
    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    await clock.advance(599_000);
    const stopped = await outcome(clock, broker.forceStop(grant.conversation.id));
    expect(stopped).toEqual({ conversation: { id: grant.conversation.id, status: "ended" } });
  });

  it("that Equos does not confirm says so, and is tried again until it does", async () => {
    const { broker, clock, emulator, running, events, log } = await openSetting();
    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    const { id } = grant.conversation;
    emulator.faults.queue("stopConversation", fault.status(500, { times: 3 }));
    expect(await broker.forceStop(id)).toEqual({ conversation: { id, status: "stopping" } });
    expect(events.at(-1)).toMatchObject({ type: "stop.unconfirmed", upstream: { status: 500 } });
    expect(log.at(-1)?.message).toMatch(/has not confirmed/);
    expect(running()).toEqual([id]);
    // Sticky no longer resumes it, and no second one bills beside it.
    expect(await broker.forceStop(id)).toEqual({ conversation: { id, status: "stopping" } });
    const again = outcome(clock, broker.start({ consumer: ada, character: "guide" }));
    expect(await again).toMatchObject({ resumed: false });
    expect(running()).toHaveLength(1);
    expect(running()).not.toContain(id);
    expect(await broker.forceStop(id)).toEqual({ conversation: { id, status: "ended" } });
  });

  it("that answers 2xx while the conversation runs on is not believed", async () => {
    const { broker, emulator, running, pass } = await openSetting();
    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    // Equos answers null to a stop it did not carry out; only the get that follows tells.
    emulator.faults.queue("stopConversation", {
      status: 201,
      body: "null",
      contentType: "application/json",
      after: "refuse",
    });
    expect((await broker.forceStop(grant.conversation.id)).conversation.status).toBe("stopping");
    expect(running()).toHaveLength(1);
    await pass(10);
    expect(running()).toEqual([]);
  });

  it("takes no longer than stopSeconds to answer", async () => {
    const { broker, clock, emulator } = await openSetting({ timeouts: { stopSeconds: 3 } });
    await broker.start({ consumer: ada, character: "guide" });
    emulator.faults.queue("stopConversation", fault.silence());
    const stopped = broker.stop({ consumer: ada });
    await eventually(() => emulator.requests().length === 2);
    const before = clock.now();
    expect(await outcome(clock, stopped)).toMatchObject({ conversation: { status: "stopping" } });
    expect(clock.now() - before).toBeLessThanOrEqual(3_500);
  });

  it("that overtakes its own start waits for it", async () => {
    const { broker, clock, emulator, running } = await openSetting();
    emulator.faults.queue("startConversation", fault.delay(2_000));
    const started = broker.start({ consumer: ada, character: "guide" });
    await eventually(() => emulator.requests().length === 1);
    const stopped = broker.stop({ consumer: ada });
    await outcome(clock, Promise.all([started, stopped]));
    expect((await stopped).conversation).toEqual({ id: (await started).grant.conversation.id, status: "ended" });
    expect(running()).toEqual([]);
  });

  it("of a foreign, an unknown or no conversation finds none", async () => {
    const { broker } = await openSetting();
    const { grant } = await broker.start({ consumer: ada, character: "guide" });
    const { id } = grant.conversation;
    const notFound = { code: "not-found", status: 404 };
    for (const proof of [{ consumer: ben, id }, { consumer: ben }, { consumer: ada, id: "con_other" }]) {
      await expect(broker.stop(proof)).rejects.toMatchObject(notFound);
      await expect(broker.heartbeat(proof)).rejects.toMatchObject(notFound);
    }
    await expect(broker.forceStop("con_unknown")).rejects.toMatchObject(notFound);
    await expect(broker.stopByToken("eyJ.e30.x")).rejects.toMatchObject(notFound);
    await expect(broker.heartbeat({ token: "eyJ.e30.x" })).rejects.toMatchObject(notFound);
    // In JavaScript `req.user` may be missing: that must not mean "anybody".
    const nobody = { consumer: undefined as never, id };
    await expect(broker.stop(nobody)).rejects.toMatchObject(notFound);
    await broker.heartbeat({ token: grant.consumerAccessToken });
  });
});

describe("close", () => {
  it("refuses new starts, waits for those in flight, and stops what runs: the memory store ends with the process", async () => {
    const { broker, clock, emulator, events } = await openSetting();
    emulator.faults.queue("startConversation", fault.delay(1_000));
    const started = broker.start({ consumer: ada, character: "guide" });
    await eventually(() => emulator.requests().length === 1);
    const closed = broker.close();
    await expect(broker.start({ consumer: ben, character: "guide" })).rejects.toMatchObject({ code: "broker-closed" });
    await outcome(clock, closed);
    emulator.assertNothingRunning();
    const { conversation } = (await started).grant;
    expect(events.at(-1)).toMatchObject({
      ...{ type: "conversation.ended", conversation: conversation.id, reason: "shutdown" },
    });
  });

  it.each([
    ["leaves it running in a shared store, which other servers have too", true, undefined, 2],
    ["stops everything in a shared store with `stop: true`", true, true, 0],
    ["leaves it running in the memory store with `stop: false`", false, false, 2],
  ])("%s", async (_, isShared, stop, left) => {
    const clock = manualClock();
    const store = isShared ? sharedStore(clock) : memoryStore({ clock });
    const { broker, events, running } = await openSetting({ clock, store, secret: "s".repeat(32) });
    await broker.start({ consumer: ada, character: "guide" });
    await broker.start({ consumer: ben, character: "coach" });
    await broker.close({ stop });
    expect(running()).toHaveLength(left);
    expect(events.filter(({ type }) => type === "conversation.ended")).toHaveLength(2 - left);
  });

  it("opens no store that was never used", async () => {
    const { attach: _, ...own } = memoryStore();
    const store = { ...own, open: () => Promise.reject(new Error("opened")) };
    const { broker } = await openSetting({ store });
    await broker.close();
  });

  it("logs that the store cannot be read, and rejects only where it was told to stop what runs", async () => {
    const { attach: _, ...own } = memoryStore();
    const store = { ...own, open: () => Promise.reject(new Error("broken")) };
    const { broker, log } = await openSetting({ store });
    await expect(broker.start({ consumer: ada, character: "guide" })).rejects.toMatchObject({ status: 503 });
    await broker.close();
    expect(log.at(-1)?.message).toMatch(/^Closed without the store/);
    await expect(broker.close({ stop: true })).rejects.toMatchObject({ code: "store-unavailable" });
  });
});

describe("a page that leaves", () => {
  it("is not stopped when it says so twice and comes back", async () => {
    const { broker, running, types, pass } = await openSetting({ leaveGraceSeconds: 5 });
    const { grant, generation } = await broker.start({ consumer: ada, character: "guide" });
    await broker.stop({ consumer: ada, generation, pageHide: true });
    await broker.stop({ consumer: ada, generation, pageHide: true });
    expect(types().filter((type) => type === "conversation.leaving")).toHaveLength(1);
    await pass(4);
    const back = await broker.start({ consumer: ada, character: "guide" });
    expect(back.resumed).toBe(true);
    expect(back.generation).toBeGreaterThan(generation);
    // The former page's leave comes again, late.
    await broker.stop({ consumer: ada, generation, pageHide: true });
    await pass(60);
    expect(running()).toEqual([grant.conversation.id]);
  });

  it("is stopped by its own broker's clock, without another call", async () => {
    const { broker, clock, running, events } = await openSetting();
    const { generation } = await broker.start({ consumer: ada, character: "guide" });
    await broker.stop({ consumer: ada, generation, pageHide: true });
    await clock.advance(2_900);
    expect(running()).toHaveLength(1);
    await clock.advance(1_200);
    expect(running()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "conversation.ended", reason: "page-closed" });
  });
});
