import { createEquos, type End } from "@equos-broker/client";
import { expect, it, onTestFinished, vi } from "vitest";
import { pageFor } from "./page.js";
import { problem, siteFor } from "./server.js";

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

const html = { "content-type": "text/html" };

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
  site.instead = () => problem(status, code);
  equos.joined();
  await keeps(1);
  await vi.waitFor(() => expect(ends).toEqual([{ started, reason: "ended" }]));
  expect(equos.current).toBeUndefined();
});

it.each([
  ["a server that is gone", 4, undefined],
  ["a broker in trouble", 4, problem(503, "store-unavailable")],
  ["a gateway in trouble", 4, { status: 504, headers: html, body: "<h1>Timeout</h1>" }],
  ["a proxy that finds no route", 2, { status: 404, headers: html, body: "<h1>Not found</h1>" }],
])("that meets %s %i times ends nothing", async (_, times, answer) => {
  const { site, equos, started, ends, keeps } = await talking();
  equos.joined();
  await keeps(1);
  const sent = vi.spyOn(globalThis, "fetch");
  if (answer === undefined) await site.down();
  site.instead = () => answer;
  for (let time = 1; time <= times; time += 1) {
    vi.advanceTimersByTime(30_000);
    await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(time), { timeout: 5_000 });
    // Through, or not: it is over.
    await sent.mock.results.at(-1)?.value.catch(() => undefined);
  }
  if (answer === undefined) await site.up();
  site.instead = undefined;
  vi.advanceTimersByTime(30_000);
  await keeps(answer === undefined ? 2 : 2 + times);
  expect(ends).toEqual([]);
  expect(equos.current).toBe(started);
});

it.each([
  ["a redirect to a login", { status: 303, headers: { location: "/login" } }],
  ["a page with status 200", { status: 200, headers: html, body: "<h1>Sign in</h1>" }],
  ["200 and an empty object", { status: 200, headers: { "content-type": "application/json" }, body: "{}" }],
  ["a network's login page", { status: 511, headers: html, body: "<h1>Log in</h1>" }],
  ["a refusal in front of the broker", { status: 401, headers: html, body: "<h1>Sign in</h1>" }],
])("that is answered three times in a row with %s ends the conversation", async (_, answer) => {
  const { site, equos, started, ends, keeps } = await talking();
  equos.joined();
  await keeps(1);
  const read = vi.spyOn(Response.prototype, "text");
  const beat = async (times: number) => {
    for (let time = 0; time < times; time += 1) {
      read.mockClear();
      vi.advanceTimersByTime(30_000);
      await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(1), { timeout: 5_000 });
      await read.mock.results[0]?.value;
      // What follows the body takes microtasks only.
      await new Promise(setImmediate);
    }
  };
  site.instead = (action) => (action === "keepalive" ? answer : undefined);
  await beat(2);
  site.instead = undefined;
  await beat(1);
  site.instead = (action) => (action === "keepalive" ? answer : undefined);
  await beat(2);
  // A gap without a response does not end the row, and does not extend it.
  site.instead = () => ({ status: 502 });
  await beat(3);
  expect([equos.current, ends]).toEqual([started, []]);
  site.instead = (action) => (action === "keepalive" ? answer : undefined);
  await beat(1);
  await vi.waitFor(() => expect(ends).toEqual([{ started, reason: "ended" }]));
  expect(equos.current).toBeUndefined();
  // Asks for the end as well: the page is out.
  await vi.waitFor(() => expect(site.calls.at(-1)?.action).toBe("stop"));
  expect(JSON.parse(site.calls.at(-1)?.body ?? "")).toMatchObject({ leaving: true });
  const sent = site.calls.length;
  vi.advanceTimersByTime(300_000);
  expect(site.calls).toHaveLength(sent);
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
