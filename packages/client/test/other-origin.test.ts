import { describe, expect, it, vi } from "vitest";
import { browserAndClient, skipped } from "./browser.js";
import { siteFor } from "./server.js";

/** A page of one origin, a broker on another. */
describe.skipIf(skipped)("a page of another origin", () => {
  const given = browserAndClient();

  async function opened() {
    const pages = await siteFor({ page: "<!doctype html><title>shop</title>" });
    const origin = new URL(pages.url).origin;
    const broker = await siteFor({ allowedOrigins: [origin] });
    const page = await given.browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(origin);
    await page.evaluate(given.client);
    await page.evaluate((url) => {
      // Put there by the script before.
      const { createEquos } = Object(window).client;
      const ends: unknown[] = [];
      Object.assign(window, { ends, equos: createEquos({ url, onEnd: (end: unknown) => ends.push(end) }) });
    }, broker.url);
    const call = (text: string) => page.evaluate(text);
    const actions = () => broker.calls.map(({ action }) => action);
    return { broker, page, call, actions, complaints };
  }

  it("starts, keeps alive and stops, and reads the delivery", async () => {
    const { broker, page, call, actions, complaints } = await opened();
    const started = Object(await call('equos.start({ character: "guide" })'));
    expect(started).toMatchObject({ resumed: false });
    expect(started.delivery).toBeGreaterThan(0);
    await call("equos.joined()");
    await vi.waitFor(() => expect(actions()).toContain("keepalive"));
    expect(JSON.parse(broker.calls.at(-1)?.body ?? "")).toMatchObject({ delivery: started.delivery });
    expect(await call("equos.stop()")).toBe("ended");
    broker.emulator.assertNothingRunning();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    ["closed", (page: { close(options: object): Promise<void> }) => page.close({ runBeforeUnload: true })],
    ["left for another one", (page: { goto(url: string): Promise<unknown> }) => page.goto("about:blank")],
  ])("that is %s says so without a preflight, and the conversation ends", async (_, go) => {
    const { broker, page, call, actions } = await opened();
    await call('equos.start({ character: "guide" })');
    await go(page);
    await vi.waitFor(() => expect(actions()).toEqual(["start", "stop"]), { timeout: 5_000 });
    expect(broker.calls.at(-1)?.headers["content-type"]).toMatch(/^text\/plain/);
    // `leaveGraceSeconds`, and one more.
    await vi.waitFor(() => broker.emulator.assertNothingRunning(), { timeout: 4_000 });
  });

  it("that the browser brings back out of its memory is told that it had left", async () => {
    const { broker, page, call } = await opened();
    await call('equos.start({ character: "guide" })');
    await call("globalThis.isTheSame = true");
    await page.goto("about:blank");
    // A page out of memory does not load again: there is nothing to wait for.
    await page.goBack({ waitUntil: "commit" });
    await vi.waitFor(async () => expect(await call("globalThis.isTheSame")).toBe(true));
    await vi.waitFor(async () => expect(await call("ends")).toMatchObject([{ reason: "left" }]));
    expect(await call("equos.current === undefined")).toBe(true);
    await vi.waitFor(() => broker.emulator.assertNothingRunning(), { timeout: 6_000 });
    await page.close();
  });
});
