import { expect, it } from "vitest";
import { manualClock } from "../src/clock/controlled-clock.js";
import { never, waitOut } from "../src/faults/waiting.js";

const ends = () => {
  const [emulator, client] = [new AbortController(), new AbortController()];
  return { emulator, client, signals: { emulatorEnded: emulator.signal, clientGone: () => client.signal } };
};

it("keeps nothing of a silence whose client hung up, before or meanwhile", async () => {
  const { client, signals } = ends();
  const waiting = waitOut({ until: never }, manualClock(), signals);
  client.abort();
  expect(await waiting).toBe(false);
  expect(await waitOut({ until: never }, manualClock(), signals)).toBe(false);
});

it("waits for the promise first, then the delay, whatever the client does", async () => {
  const clock = manualClock(0);
  const { client, signals } = ends();
  let open = () => {};
  const until = new Promise<void>((resolve) => {
    open = resolve;
  });
  const waiting = waitOut({ until, delayMs: 100 }, clock, signals).then((inTime) => ({ inTime, at: clock.now() }));
  client.abort();
  await clock.advance(500);
  open();
  await clock.advance(100);
  expect(await waiting).toEqual({ inTime: true, at: 600 });
});

it("leaves no delay behind when the emulator ends", async () => {
  const clock = manualClock();
  const timers = new Set<unknown>();
  const counting = {
    now: clock.now,
    setTimeout: (fn: () => void, ms: number) => {
      const timer = clock.setTimeout(fn, ms);
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer: unknown) => void timers.delete(timer),
  };
  const { emulator, signals } = ends();
  let open = () => {};
  const until = new Promise<void>((resolve) => {
    open = resolve;
  });
  const waits = [waitOut({ delayMs: 100 }, counting, signals), waitOut({ until, delayMs: 100 }, counting, signals)];
  expect(timers.size).toBe(1);
  emulator.abort();
  open();
  expect(await Promise.all(waits)).toEqual([false, false]);
  expect(await waitOut({ delayMs: 100 }, counting, signals)).toBe(false);
  await clock.advance(0);
  expect(timers.size).toBe(0);
});
