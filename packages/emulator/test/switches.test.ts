import { type EmulatorSwitches, manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { emulatorFor, got, send, startedId, stop } from "./support.js";

async function emulatorWith(switches: Partial<EmulatorSwitches>) {
  const clock = manualClock();
  const emulator = await emulatorFor({ clock, switches });
  return { clock, emulator, id: await startedId(emulator) };
}

const iso = (at: number) => new Date(at).toISOString();

describe("joined", () => {
  it("never, by default", async () => {
    const { clock, emulator, id } = await emulatorWith({});
    expect(emulator.join(id)).toBe(true);
    await clock.advance(60_000);
    expect((await got(emulator, id)).joinedAt).toBeNull();
  });

  it("when the consumer joins, and once", async () => {
    const { clock, emulator, id } = await emulatorWith({ joined: "consumer" });
    await clock.advance(5_000);
    expect((await got(emulator, id)).joinedAt).toBeNull();
    const joinedAt = iso(clock.now());
    expect([emulator.join(id), emulator.join(id)]).toEqual([true, false]);
    await clock.advance(5_000);
    expect([emulator.leave(id), emulator.leave(id), emulator.join(id)]).toEqual([true, false, true]);
    expect((await got(emulator, id)).joinedAt).toBe(joinedAt);
  });

  it("when the avatar joins, without any consumer", async () => {
    const { clock, emulator, id } = await emulatorWith({ joined: "avatar" });
    const joinedAt = iso(clock.now() + 1_000);
    expect((await got(emulator, id)).joinedAt).toBeNull();
    await clock.advance(1_000);
    expect((await got(emulator, id)).joinedAt).toBe(joinedAt);
  });

  it("late", async () => {
    const { clock, emulator, id } = await emulatorWith({ joined: { lateMs: 8_000 } });
    emulator.join(id);
    const joinedAt = iso(clock.now() + 8_000);
    await clock.advance(7_999);
    expect((await got(emulator, id)).joinedAt).toBeNull();
    await clock.advance(1);
    expect((await got(emulator, id)).joinedAt).toBe(joinedAt);
  });
});

describe("onConsumerLeave", () => {
  const joinAndLeave = async (onConsumerLeave: EmulatorSwitches["onConsumerLeave"]) => {
    const made = await emulatorWith({ onConsumerLeave });
    made.emulator.join(made.id);
    await made.clock.advance(10_000);
    made.emulator.leave(made.id);
    await made.clock.advance(10_000);
    return made;
  };

  it("changes nothing, by default", async () => {
    const { emulator } = await joinAndLeave("nothing");
    expect(emulator.conversations()).toMatchObject([{ status: "running", billedSeconds: 20 }]);
    expect(() => emulator.assertNothingRunning()).toThrow("still running");
  });

  it("ends status and bill", async () => {
    const { emulator, id } = await joinAndLeave("ends");
    expect(emulator.conversations()).toMatchObject([
      { status: "ended", billedSeconds: 10, endReason: "consumer-left" },
    ]);
    expect(await got(emulator, id)).toMatchObject({ status: "ended", endedAt: expect.any(String) });
    expect(emulator.join(id)).toBe(false);
  });

  it("ends the bill while the status stays", async () => {
    const { clock, emulator, id } = await joinAndLeave("ends-but-stays-running");
    expect(await got(emulator, id)).toMatchObject({ status: "running", endedAt: null });
    expect(emulator.conversations()).toMatchObject([
      { status: "running", billedSeconds: 10, endReason: "consumer-left" },
    ]);
    emulator.assertNothingRunning();
    expect(await (await stop(emulator, id)).json()).toMatchObject({ status: "ended" });
    await clock.advance(600_000);
    expect(emulator.bill().totalSeconds).toBe(10);
  });

  it("shows the end at maxSeconds even so", async () => {
    const { clock, emulator, id } = await joinAndLeave("ends-but-stays-running");
    await clock.advance(600_000);
    expect((await got(emulator, id)).status).toBe("ended");
  });

  it("knows only conversations that exist", async () => {
    const { emulator } = await emulatorWith({});
    expect(() => emulator.join("con_none")).toThrow("the emulator has no conversation con_none");
    expect(() => emulator.leave("con_none")).toThrow("con_none");
  });
});

describe("missing", () => {
  it.each([
    ["null", [200, "null"], [201, "null"]],
    ["empty", [200, ""], [201, ""]],
    ["404", [404, expect.stringContaining("not found")], [404, expect.stringContaining("not found")]],
  ] as const)("answers %s to get and stop", async (missing, onGet, onStop) => {
    const { emulator, id } = await emulatorWith({ missing });
    const shown = async (response: Response) => [response.status, await response.text()];
    expect(await shown(await send(emulator, "GET", "/v3/conversations/con_none"))).toEqual(onGet);
    expect(await shown(await stop(emulator, "con_none"))).toEqual(onStop);
    expect((await stop(emulator, id)).status).toBe(201);
    expect(await shown(await stop(emulator, id))).toEqual(onStop);
    expect((await got(emulator, id)).status).toBe("ended");
  });
});

describe("the others", () => {
  it("clamps take", async () => {
    const { emulator } = await emulatorWith({ takeOverLimit: "clamp" });
    expect(await (await send(emulator, "GET", "/v3/conversations?take=500")).json()).toMatchObject({ take: 50 });
  });

  it("bills from the join", async () => {
    const { clock, emulator, id } = await emulatorWith({ billFrom: "joinedAt", joined: "consumer" });
    await clock.advance(5_000);
    expect(emulator.bill().totalSeconds).toBe(0);
    emulator.join(id);
    await clock.advance(7_000);
    expect(emulator.bill().totalSeconds).toBe(7);
  });

  it.each([
    ["oldest", ["support", "second"]],
    ["newest", ["second", "support"]],
  ] as const)("lists the %s first", async (order, names) => {
    const { emulator } = await emulatorWith({ order });
    await startedId(emulator, { name: "second" });
    const conversations = names.map((name) => ({ name }));
    expect(await (await send(emulator, "GET", "/v3/conversations")).json()).toMatchObject({ conversations });
  });

  it("sets the default of maxSeconds", async () => {
    const { emulator } = await emulatorWith({ defaultMaxSeconds: 45 });
    expect(emulator.conversations()).toMatchObject([{ maxSeconds: 45 }]);
  });

  it.each([
    [{ joind: "never" }, "switches.joind does not exist; there are joined, "],
    [{ joined: "someone" }, 'switches.joined takes "consumer", "avatar", "never", { lateMs }'],
    [{ defaultMaxSeconds: 0 }, "switches.defaultMaxSeconds takes seconds above 0"],
  ])("refuses %o", async (switches, message) => {
    // What JavaScript callers can write although the types forbid it.
    await expect(emulatorFor({ switches: switches as Partial<EmulatorSwitches> })).rejects.toThrow(message);
  });
});
