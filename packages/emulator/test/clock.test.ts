import { manualClock } from "@equos-broker/emulator";
import { expect, it } from "vitest";

it("runs due timers in the order of time, each at its own moment", async () => {
  const clock = manualClock(1_000);
  const seen: string[] = [];
  clock.setTimeout(() => seen.push(`late ${clock.now()}`), 300);
  clock.setTimeout(() => {
    seen.push(`early ${clock.now()}`);
    clock.setTimeout(() => seen.push(`nested ${clock.now()}`), 50);
  }, 100);
  clock.setTimeout(() => seen.push("not due"), 301);
  clock.clearTimeout(clock.setTimeout(() => seen.push("cleared"), 10));
  await clock.advance(300);
  expect(seen).toEqual(["early 1100", "nested 1150", "late 1300"]);
  expect(clock.now()).toBe(1_300);
});

it("lets promises settle between timers", async () => {
  const clock = manualClock();
  const seen: string[] = [];
  clock.setTimeout(() => void Promise.resolve().then(() => seen.push("promise of the first")), 1);
  clock.setTimeout(() => seen.push("second"), 2);
  await clock.advance(2);
  expect(seen).toEqual(["promise of the first", "second"]);
});

it("does not go back", async () => {
  await expect(manualClock().advance(-1)).rejects.toThrow(RangeError);
});
