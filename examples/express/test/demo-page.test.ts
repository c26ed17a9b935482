import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPage } from "../../../scripts/build-page.js";
import { billOf } from "./bill.js";
import { openBrowser, skipBrowser } from "./browser.js";
import { type Child, runDemo } from "./child.js";

const slowly = { timeout: 15_000, interval: 250 };

/** As on a machine without Go. With a LiveKit server it is tried in packages/starters. */
describe.skipIf(skipBrowser)("the demo without a room", () => {
  let demo: Child;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    await buildPage("express");
    [demo, browser] = await Promise.all([runDemo(), openBrowser()]);
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    page = await context.newPage();
    // Of every page, the one at `/demo/` too.
    context.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    context.on("weberror", (webError) => complaints.push(webError.error().message));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.end();
    expect(complaints).toEqual([]);
  });

  test("shows nothing, and complains of nothing, before the first conversation", async () => {
    const view = await page.context().newPage();
    const looked = view.waitForResponse((response) => response.url().endsWith("/demo/latest"));
    await view.goto(`${demo.url}/demo/`);
    expect((await looked).status()).toBe(200);
    expect(await view.isHidden("#shown")).toBe(true);
    await view.close();
    expect(complaints).toEqual([]);
  });

  test("goes on without picture and voice, and says why", async () => {
    await page.goto(demo.url);
    await page.click("#start");
    await page.waitForSelector("#talk[data-phase=talking]");
    expect(await page.textContent("#status")).toContain("there is no LiveKit server");
    await page.fill("#text", "Is anybody there?");
    await page.press("#text", "Enter");
    await expect.poll(() => page.textContent("#lines"), slowly).toContain("Nobody can hear you");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  });

  test("shows what the page got, and what stayed on the server", async () => {
    const view = await page.context().newPage();
    await view.goto(`${demo.url}/demo/`);
    await view.waitForSelector("#shown:not([hidden])");
    const value = (path: string) => view.locator(`[data-value="${path}"]`).textContent();
    expect(await value("conversation.serverUrl")).toBe("wss://emulator.equos.invalid");
    expect(await value("consumerAccessToken")).toMatch(/^eyJ/);
    expect(await value("conversation.character.livekitIdentity")).toBe("avatar-guide");
    expect(await view.locator("#claims").textContent()).toContain("video.roomJoin");
    expect(await view.locator("#summary").textContent()).toMatch(/^8 of \d+ fields crossed/);
    const prompt = view.locator(".leaf[data-fate=secret]", { hasText: "system prompt must never leave" });
    expect(await prompt.locator(".fate").textContent()).toBe("kept");
    await expect.poll(() => view.textContent("#state"), slowly).toMatch(/Guide, running: [1-9]\d* seconds billed/);
  });

  test("ends it at a click", async () => {
    await page.click("#hangup");
    await page.waitForSelector("#talk[data-phase=over]");
    expect((await billOf(demo.url)).map(({ status }) => status)).toEqual(["ended"]);
  });
});
