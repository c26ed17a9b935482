import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { siteFor } from "./server.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const skipped = !existsSync(executablePath) && process.env.CI === undefined;
if (skipped) console.log(`packages/client is not tried in a browser: no Chromium at ${executablePath}`);

/** A page of one origin, a broker on another. In one origin the starters' own tests use it. */
describe.skipIf(skipped)("a page of another origin", () => {
  let browser: Browser;
  let client: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
      bundle: true,
      format: "iife",
      globalName: "client",
      footer: { js: "globalThis.client = client;" },
      write: false,
    });
    client = outputFiles[0]?.text ?? "";
  });
  afterAll(() => browser?.close());

  async function opened() {
    const pages = await siteFor({ page: "<!doctype html><title>shop</title>" });
    const origin = new URL(pages.url).origin;
    const broker = await siteFor({ allowedOrigins: [origin] });
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(origin);
    await page.evaluate(client);
    await page.evaluate((url) => {
      // Put there by the script before.
      const { createEquos } = Object(window).client;
      Object.assign(window, { equos: createEquos({ url }) });
    }, broker.url);
    const call = (text: string) => page.evaluate(text);
    const actions = () => broker.calls.map(({ action }) => action);
    return { broker, page, call, actions, complaints };
  }

  it("starts, keeps alive and stops, and reads the delivery", async () => {
    const { broker, page, call, actions, complaints } = await opened();
    expect(await call('equos.start({ character: "guide" })')).toMatchObject({ delivery: 1, resumed: false });
    await call("equos.joined()");
    await vi.waitFor(() => expect(actions()).toContain("keepalive"));
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

  it("that was left is told so when the browser brings it back", async () => {
    const { call } = await opened();
    await call('equos.start({ character: "guide" })');
    // Chromium keeps no page in its memory that DevTools looks at: the events stand for it.
    await call('dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))');
    await call('dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))');
    expect(await call("equos.current === undefined")).toBe(true);
  });
});
