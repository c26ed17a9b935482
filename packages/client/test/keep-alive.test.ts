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

it("says which page it is from", async () => {
  const { site, equos, started, keeps } = await talking();
  equos.joined();
  await keeps(1);
  const { grant, delivery } = started;
  const { id } = grant.conversation;
  const [, kept] = site.calls;
  expect(JSON.parse(kept?.body ?? "")).toEqual({ id, token: grant.consumerAccessToken, delivery });
});

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

it.each([
  [404, "not-found"],
  [410, "conversation-ended"],
])("that is answered with the broker's %i ends it", async (status, code) => {
  const { site, equos, started, ends, keeps } = await talking();
  site.instead = () => ({ status, body: JSON.stringify({ code, detail: "No." }) });
  equos.joined();
  await keeps(1);
  await vi.waitFor(() => expect(ends).toEqual([{ started, reason: "ended" }]));
  expect(equos.current).toBeUndefined();
});

it.each([
  ["a server that is gone", undefined],
  ["a broker in trouble", { status: 503, body: JSON.stringify({ code: "store-unavailable", detail: "Later." }) }],
  [
    "a proxy that finds no route",
    { status: 404, headers: { "content-type": "text/html" }, body: "<h1>Not found</h1>" },
  ],
])("that meets %s ends nothing", async (_, answer) => {
  const { site, equos, started, ends, keeps } = await talking();
  equos.joined();
  await keeps(1);
  const refused = vi.spyOn(globalThis, "fetch");
  if (answer === undefined) await site.down();
  site.instead = () => answer;
  vi.advanceTimersByTime(30_000);
  // Through, or not: it is over.
  await vi.waitFor(() => expect(refused).toHaveBeenCalledTimes(1));
  await refused.mock.results[0]?.value.catch(() => undefined);
  if (answer === undefined) await site.up();
  site.instead = undefined;
  vi.advanceTimersByTime(30_000);
  await keeps(answer === undefined ? 2 : 3);
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
