import { describe, expect, it, vi } from "vitest";
import { browserAndClient, skipped } from "./browser.js";
import { siteFor } from "./server.js";

describe.skipIf(skipped)("a page of the broker's own origin", () => {
  const given = browserAndClient();

  async function opened() {
    const site = await siteFor({ page: "<!doctype html><title>shop</title>" });
    const page = await given.browser.newPage();
    await page.addInitScript(`${given.client}; globalThis.equos = client.createEquos({ url: "/api/equos" });`);
    await page.goto(new URL("/", site.url).href);
    const actions = () => site.calls.map(({ action }) => action);
    return { site, page, actions };
  }
  const start = 'equos.start({ character: "guide" })';

  it("has the same conversation after a reload", async () => {
    const { site, page, actions } = await opened();
    expect(await page.evaluate("equos.wasHere()")).toBe(false);
    const { delivery } = Object(await page.evaluate(start));
    expect(delivery).toBeGreaterThan(0);
    await page.reload();
    expect(await page.evaluate("equos.wasHere()")).toBe(true);
    const again = Object(await page.evaluate(start));
    expect(again).toMatchObject({ resumed: true });
    expect(again.delivery).toBeGreaterThan(delivery);
    await vi.waitFor(() => expect(actions().toSorted()).toEqual(["start", "start", "stop"]));
    expect(site.emulator.conversations()).toHaveLength(1);
    expect(await page.evaluate("equos.stop()")).toBe("ended");
    site.emulator.assertNothingRunning();
    await page.close();
  });

  it("ends it when its tab is closed", async () => {
    const { site, page, actions } = await opened();
    await page.evaluate(start);
    await page.evaluate("equos.joined()");
    await vi.waitFor(() => expect(actions()).toEqual(["start", "keepalive"]));
    await page.close({ runBeforeUnload: true });
    await vi.waitFor(() => expect(actions()).toContain("stop"));
    // `leaveGraceSeconds`, and one more.
    await vi.waitFor(() => site.emulator.assertNothingRunning(), { timeout: 4_000 });
  });

  it("is told when its heartbeats are redirected to a login", async () => {
    const { site, page } = await opened();
    await page.clock.install();
    await page.evaluate("globalThis.ends = []");
    await page.evaluate('equos = client.createEquos({ url: "/api/equos", onEnd: (end) => ends.push(end) })');
    await page.evaluate(start);
    site.instead = (action) => (action === "keepalive" ? { status: 303, headers: { location: "/login" } } : undefined);
    await page.evaluate("equos.joined()");
    for (let beats = 1; beats < 3; beats += 1) {
      await vi.waitFor(() => expect(site.calls.filter(({ action }) => action === "keepalive")).toHaveLength(beats));
      await page.clock.runFor(30_000);
    }
    await vi.waitFor(async () => expect(await page.evaluate("ends")).toMatchObject([{ reason: "ended" }]));
    // `leaveGraceSeconds`, and one more.
    await vi.waitFor(() => site.emulator.assertNothingRunning(), { timeout: 4_000 });
    await page.close();
  });
});
