import { createEquos, type End } from "@equos-broker/client";
import { expect, it, onTestFinished, vi } from "vitest";
import { pageFor } from "./page.js";
import { siteFor } from "./server.js";

async function talking() {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  pageFor();
  const site = await siteFor();
  const ends: End[] = [];
  const equos = createEquos({ url: site.url, onEnd: (end) => void ends.push(end) });
  const started = await equos.start({ character: "guide" });
  const kept = () => site.calls.filter(({ action }) => action === "keepalive").length;
  const keeps = (count: number) => vi.waitFor(() => expect(kept()).toBe(count));
  return { site, equos, started, ends, kept, keeps };
}

it("goes out at once and every 30 s, from when the page is in the room", async () => {
  const { equos, kept, keeps } = await talking();
  vi.advanceTimersByTime(90_000);
  expect(kept()).toBe(0);
  equos.joined();
  await keeps(1);
  vi.advanceTimersByTime(29_999);
  expect(kept()).toBe(1);
  vi.advanceTimersByTime(1);
  await keeps(2);
  // Said twice it is still one.
  equos.joined();
  await keeps(3);
  vi.advanceTimersByTime(30_000);
  await keeps(4);
  await equos.stop();
  vi.advanceTimersByTime(300_000);
  expect(kept()).toBe(4);
});

it("tells of an end that the page did not ask for, once", async () => {
  const { site, equos, started, ends, keeps } = await talking();
  equos.joined();
  await keeps(1);
  const other = createEquos({ url: site.url });
  await other.start({ character: "guide" });
  await other.stop();
  vi.advanceTimersByTime(30_000);
  await vi.waitFor(() => expect(ends).toEqual([{ started, reason: "ended" }]));
  expect(equos.current).toBeUndefined();
  vi.advanceTimersByTime(300_000);
  await keeps(2);
  expect(ends).toHaveLength(1);
});

it("that does not get through ends nothing", async () => {
  const { site, equos, started, ends, keeps } = await talking();
  equos.joined();
  await keeps(1);
  site.instead = () => ({ status: 503, body: JSON.stringify({ code: "ledger-unavailable", detail: "Later." }) });
  vi.advanceTimersByTime(30_000);
  await keeps(2);
  site.instead = undefined;
  vi.advanceTimersByTime(30_000);
  await keeps(3);
  expect(ends).toEqual([]);
  expect(equos.current).toBe(started);
});

it("is silent after a stop that failed, so that the server ends it", async () => {
  const { site, equos, kept, keeps } = await talking();
  equos.joined();
  await keeps(1);
  site.instead = () => ({ status: 503 });
  await expect(equos.stop()).rejects.toThrow();
  site.instead = undefined;
  vi.advanceTimersByTime(300_000);
  expect(kept()).toBe(1);
});
