import { controlledClock, manualClock } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { emulatorFor, startedId } from "./support.js";

describe("a manual clock", () => {
  it("runs what is due in its order, each at its own moment", async () => {
    const clock = manualClock(1_000);
    const ran: [string, number][] = [];
    const note = (name: string) => () => ran.push([name, clock.now()]);
    clock.setTimeout(note("second"), 200);
    clock.setTimeout(note("first"), 100);
    clock.clearTimeout(clock.setTimeout(note("cleared"), 150));
    clock.setTimeout(() => clock.setTimeout(note("from a timer"), 50), 100);
    clock.setTimeout(note("later"), 10_000);
    await clock.advance(500);
    expect(ran).toEqual([
      ["first", 1_100],
      ["from a timer", 1_150],
      ["second", 1_200],
    ]);
    expect(clock.now()).toBe(1_500);
  });

  it("never goes back, also when it is moved twice at once", async () => {
    const clock = manualClock(0);
    const moments: number[] = [];
    for (const ms of [10, 20, 30, 40]) clock.setTimeout(() => moments.push(clock.now()), ms);
    await Promise.all([clock.advance(50), clock.advance(25)]);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    expect(clock.now()).toBe(50);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300])("refuses to go %d", async (ms) => {
    await expect(manualClock().advance(ms)).rejects.toThrow(RangeError);
  });
});

describe("a clock that runs", () => {
  it("goes with the system's, runs its timers and clears them", async () => {
    const clock = controlledClock();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
    const [run, cleared] = [vi.fn(), vi.fn()];
    clock.clearTimeout(clock.setTimeout(cleared, 5));
    clock.setTimeout(run, 10);
    await vi.waitFor(() => expect(run).toHaveBeenCalledOnce());
    expect(cleared).not.toHaveBeenCalled();
  });

  it("can be stopped, moved and let go on from there", async () => {
    const clock = controlledClock();
    clock.stop();
    expect(clock.running).toBe(false);
    const stood = clock.now();
    const run = vi.fn();
    clock.setTimeout(run, 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now()).toBe(stood);
    await clock.advance(600_000);
    expect(clock.now()).toBe(stood + 600_000);
    expect(run).toHaveBeenCalledOnce();
    clock.resume();
    expect(clock.running).toBe(true);
    expect(clock.now()).toBeGreaterThanOrEqual(stood + 600_000);
    expect(clock.now()).toBeLessThan(stood + 660_000);
    const after = vi.fn();
    clock.setTimeout(after, 1);
    await vi.waitFor(() => expect(after).toHaveBeenCalledOnce());
  });

  it("goes on running when it is moved", async () => {
    const clock = controlledClock();
    const before = clock.now();
    const run = vi.fn();
    clock.setTimeout(run, 300_000);
    await clock.advance(600_000);
    expect(run).toHaveBeenCalledOnce();
    expect(clock.running).toBe(true);
    expect(clock.now()).toBeGreaterThanOrEqual(before + 600_000);
  });

  it("does what was asked for during an advance when that is over", async () => {
    const clock = controlledClock();
    const stopped = clock.advance(1_000);
    clock.stop();
    await stopped;
    expect(clock.running).toBe(false);
    const stood = clock.now();
    const resumed = clock.advance(1_000);
    clock.resume();
    await resumed;
    expect(clock.running).toBe(true);
    expect(clock.now()).toBeGreaterThanOrEqual(stood + 1_000);
  });

  it("stands while what is due happens in its order, although it is told to go on", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000 });
    onTestFinished(() => void vi.useRealTimers());
    const clock = controlledClock();
    const seen: number[] = [];
    clock.setTimeout(() => {
      clock.resume();
      vi.setSystemTime(9_000);
      seen.push(clock.now());
    }, 10);
    await clock.advance(20);
    expect([...seen, clock.now()]).toEqual([1_010, 1_020]);
  });

  it("goes on when what was due throws", async () => {
    const clock = controlledClock();
    clock.setTimeout(() => {
      throw new Error("due");
    }, 10);
    await expect(clock.advance(20)).rejects.toThrow("due");
    const run = vi.fn();
    clock.setTimeout(run, 1);
    await vi.waitFor(() => expect(run).toHaveBeenCalledOnce());
  });

  it("is every emulator's own", async () => {
    const emulator = await emulatorFor();
    await startedId(emulator, { maxSeconds: 600 });
    await emulator.clock.advance(10 * 60_000);
    emulator.assertNothingRunning();
    expect(emulator.bill().totalSeconds).toBe(600);
  });
});
