import { createEquos, type End } from "@equos-broker/client";
import { describe, expect, it, vi } from "vitest";
import { pageFor } from "./page.js";
import { problem, siteFor } from "./server.js";

async function siteAndPage() {
  const page = pageFor();
  const site = await siteFor();
  const ends: End[] = [];
  const equos = createEquos({ url: site.url, onEnd: (end) => void ends.push(end) });
  const actions = () => site.calls.map(({ action }) => action);
  const statuses = () => site.emulator.conversations().map(({ status }) => status);
  return { site, page, equos, ends, actions, statuses };
}

/** Lets the page have an answer of `action` only once `until` is done. */
function answersLate(action: string, until: Promise<unknown>) {
  const send = fetch;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const answer = await send(url, init);
    if (url.endsWith(`/${action}`)) await until;
    return answer;
  });
}

describe("calls wait for the ones before", () => {
  it("a start for a stop that waits for a start", async () => {
    const { equos, actions, statuses } = await siteAndPage();
    const first = equos.start({ character: "guide" });
    const stopped = equos.stop();
    const second = equos.start({ character: "guide" });
    expect(await stopped).toBe("ended");
    expect((await second).grant.conversation.id).not.toBe((await first).grant.conversation.id);
    expect(equos.current).toBe(await second);
    expect(actions()).toEqual(["start", "stop", "start"]);
    expect(statuses()).toEqual(["ended", "running"]);
  });

  it("a stop for the start that waits for a stop", async () => {
    const { equos, actions, statuses } = await siteAndPage();
    await equos.start({ character: "guide" });
    const stops = [equos.stop()];
    const started = equos.start({ character: "guide" });
    stops.push(equos.stop());
    await started;
    expect(await Promise.all(stops)).toEqual(["ended", "ended"]);
    expect(equos.current).toBeUndefined();
    expect(actions()).toEqual(["start", "stop", "start", "stop"]);
    expect(statuses()).toEqual(["ended", "ended"]);
  });

  it("a start goes out after a stop that failed, and gets what still runs", async () => {
    const { site, equos, statuses } = await siteAndPage();
    await equos.start({ character: "guide" });
    site.instead = (action) => (action === "stop" ? { status: 503 } : undefined);
    const stopped = equos.stop();
    const started = equos.start({ character: "guide" });
    await expect(stopped).rejects.toMatchObject({ code: "unexpected-answer", status: 503 });
    expect((await started).resumed).toBe(true);
    expect(statuses()).toEqual(["running"]);
  });
});

describe("a start under way when the page's part ends", () => {
  it.each(["leave", "close"] as const)("is given up by %s, and ends with nobody there", async (how) => {
    const { site, page, equos, actions } = await siteAndPage();
    const starting = equos.start({ character: "guide" });
    equos[how]();
    const { delivery } = await starting;
    expect(equos.current).toBeUndefined();
    await vi.waitFor(() => expect(actions()).toEqual(["start", "stop"]));
    expect(JSON.parse(site.calls[1]?.body ?? "")).toMatchObject({ delivery, leaving: true });
    if (how === "close") expect(page.listeners()).toBe(0);
    await vi.waitFor(() => site.emulator.assertNothingRunning(), { timeout: 6_000 });
  });

  it("is taken up by the next start", async () => {
    const { page, equos, statuses } = await siteAndPage();
    const first = equos.start({ character: "guide" });
    equos.close();
    const second = await equos.start({ character: "guide" });
    expect(second).toMatchObject({ grant: (await first).grant, resumed: true });
    expect(second.delivery).toBeGreaterThan((await first).delivery);
    expect(equos.current).toBe(second);
    expect(page.listeners()).toBe(2);
    expect(statuses()).toEqual(["running"]);
  });
});

describe("a stop under way", () => {
  it("is no end that the page did not ask for, whichever call hears of it first", async () => {
    const { site, equos, ends } = await siteAndPage();
    await equos.start({ character: "guide" });
    let heard = () => {};
    answersLate("stop", new Promise<void>((resolve) => (heard = resolve)));
    site.instead = (action) => (action === "keepalive" ? problem(410, "conversation-ended") : undefined);
    equos.joined();
    const stopped = equos.stop();
    await vi.waitFor(() => expect(site.calls).toHaveLength(3));
    // Long enough for the page to have read the keep-alive's answer.
    await fetch(`${site.url}/keepalive`, { method: "POST" }).then((answer) => answer.text());
    heard();
    expect(await stopped).toBe("ended");
    expect(ends).toEqual([]);
  });

  it("is not picked up by the reload that cuts it off", async () => {
    const { page, equos } = await siteAndPage();
    await equos.start({ character: "guide" });
    const stopped = equos.stop();
    page.hide();
    expect(equos.wasHere()).toBe(false);
    await stopped;
  });
});
