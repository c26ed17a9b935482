import { createEquos, type End } from "@equos-broker/client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { pageFor } from "./page.js";
import { siteFor } from "./server.js";

async function talking() {
  const page = pageFor();
  const site = await siteFor();
  const ends: End[] = [];
  const equos = createEquos({ url: site.url, onEnd: (end) => void ends.push(end) });
  const started = await equos.start({ character: "guide" });
  const { id } = started.grant.conversation;
  const token = started.grant.consumerAccessToken;
  const { delivery } = started;
  const stops = () => site.calls.filter(({ action }) => action === "stop");
  return { page, site, equos, started, id, token, delivery, ends, stops };
}

describe("a page that goes", () => {
  it("says so, once, in a call that needs no preflight", async () => {
    const { page, site, id, token, delivery, stops } = await talking();
    page.hide();
    await vi.waitFor(() => expect(stops()).toHaveLength(1));
    const [stop] = stops();
    await vi.waitFor(() => expect(JSON.parse(stop?.body ?? "")).toEqual({ id, token, delivery, leaving: true }));
    expect(stop?.headers["content-type"]).toMatch(/^text\/plain/);
    // The broker's grace.
    await vi.waitFor(() => site.emulator.assertNothingRunning(), { timeout: 6_000 });
    expect(stops()).toHaveLength(1);
    expect(page.beacons).toEqual([]);
  });

  it.each([
    [
      "throws",
      () => () => {
        throw new TypeError("too much is under way");
      },
    ],
    ["rejects", () => () => Promise.reject(new TypeError("Failed to fetch"))],
  ])("sends a beacon with the same where fetch %s", async (_, stub) => {
    const { page, site, id, token, delivery } = await talking();
    vi.stubGlobal("fetch", stub());
    page.hide();
    await vi.waitFor(() => expect(page.beacons).toHaveLength(1));
    const [beacon] = page.beacons;
    expect(beacon?.url).toBe(`${site.url}/stop`);
    expect(JSON.parse(beacon?.body ?? "")).toEqual({ id, token, delivery, leaving: true });
  });

  it("throws nothing where neither can be sent", async () => {
    const { equos, page } = await talking();
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    vi.stubGlobal("navigator", {});
    page.hide();
    // A rejection that nobody handles would end the run.
    await new Promise((resolve) => setImmediate(resolve));
    equos.leave();
    expect(equos.current).toBeUndefined();
  });

  it("has nothing to say once it has stopped, left or closed", async () => {
    const { page, equos, stops } = await talking();
    await equos.stop();
    page.hide();
    equos.leave();
    equos.close();
    expect(stops()).toHaveLength(1);
    expect(page.listeners()).toBe(0);
  });

  it("listens again after it was closed and started", async () => {
    const { page, equos, stops } = await talking();
    expect(page.listeners()).toBe(2);
    equos.close();
    await vi.waitFor(() => expect(stops()).toHaveLength(1));
    expect([equos.current, page.listeners()]).toEqual([undefined, 0]);
    await equos.start({ character: "guide" });
    expect(page.listeners()).toBe(2);
  });
});

describe("a page that comes back", () => {
  it("out of the browser's memory is told that it had left", async () => {
    const { page, equos, started, ends } = await talking();
    page.hide();
    page.show(true);
    expect(ends).toEqual([{ started, reason: "left" }]);
    expect(equos.current).toBeUndefined();
    page.show(true);
    expect(ends).toHaveLength(1);
  });

  it("as a new one is not", async () => {
    const { page, equos, started, ends } = await talking();
    page.show(false);
    expect([equos.current, ends]).toEqual([started, []]);
  });

  it.each([
    [9_000, true],
    [11_000, false],
    // The clock was set back meanwhile.
    [-3_600_000, false],
  ])("after %i ms was here: %s", async (after, was) => {
    const { page, equos } = await talking();
    expect(equos.wasHere()).toBe(false);
    page.hide();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + after });
    onTestFinished(() => void vi.useRealTimers());
    expect(equos.wasHere()).toBe(was);
    expect(equos.wasHere()).toBe(false);
  });

  it.each([0, 5_000])("a page that nobody left was not here, whatever its clock says: %i", async (now) => {
    const { equos } = await talking();
    vi.useFakeTimers({ toFake: ["Date"], now });
    onTestFinished(() => void vi.useRealTimers());
    expect(equos.wasHere()).toBe(false);
  });

  it("where pages may store nothing was not here", async () => {
    const { page, equos } = await talking();
    const refuse = () => {
      throw new DOMException("denied", "SecurityError");
    };
    vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse, removeItem: refuse });
    page.hide();
    expect(equos.wasHere()).toBe(false);
  });
});
