import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { billOf, secondsOf, statusOf } from "./bill.js";
import { openBrowser, skipBrowser } from "./browser.js";
import { type Child, runDemo } from "./child.js";

const slowly = { timeout: 15_000, interval: 250 };

describe.skipIf(skipBrowser)("the page", () => {
  let demo: Child;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    [demo, browser] = await Promise.all([runDemo(), openBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.end();
  });
  beforeEach(async () => {
    complaints.length = 0;
    context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    page = await opened();
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  async function opened(): Promise<Page> {
    const tab = await context.newPage();
    tab.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    tab.on("pageerror", (error) => complaints.push(error.message));
    await tab.goto(demo.url);
    return tab;
  }
  const phase = (name: string) => page.waitForSelector(`#status[data-phase=${name}]`);
  const value = (path: string) => page.locator(`[data-value="${path}"]`).textContent();
  /** The conversation that this page holds, as its own answer column names it. */
  const idShown = async () => {
    const shown = page.locator(".leaf", { hasText: /id: "con_/ }).locator(".json");
    return String(JSON.parse((await shown.textContent()) ?? ""));
  };

  test("starts by keyboard, and shows the three values, the claims and what stayed behind", async () => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await phase("running");
    expect(await value("conversation.serverUrl")).toBe("wss://emulator.equos.invalid");
    expect(await value("consumerAccessToken")).toMatch(/^eyJ/);
    expect(await value("conversation.character.livekitIdentity")).toBe("avatar-guide");
    expect(await page.locator("#claims").textContent()).toContain("video.roomJoin");
    expect(await page.locator("#summary").textContent()).toMatch(/^8 of \d+ fields crossed/);
    const prompt = page.locator(".leaf[data-fate=secret]", { hasText: "system prompt must never leave" });
    expect(await prompt.locator(".fate").textContent()).toBe("kept");
    await expect.poll(async () => Number(await page.locator("#billed").textContent()), slowly).toBeGreaterThan(0);
    await expect.poll(() => page.locator("#elapsed").textContent(), slowly).not.toBe("0:00");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  });

  test("stops by keyboard", async () => {
    await page.click("#start");
    await phase("running");
    const id = await idShown();
    await page.focus("#start");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await phase("ended");
    expect(await statusOf(demo.url, id)).toBe("ended");
  });

  test("a double click starts one conversation", async () => {
    const before = (await billOf(demo.url)).length;
    await page.dblclick("#start");
    await phase("running");
    await page.click("#start", { force: true });
    expect(await billOf(demo.url)).toHaveLength(before + 1);
  });

  test("a reload resumes", async () => {
    await page.click("#start");
    await phase("running");
    const id = await idShown();
    await page.reload();
    await phase("running");
    expect(await idShown()).toBe(id);
    // The stop that the reload sent falls due after three seconds, and is void.
    await vi.waitFor(async () => expect(await secondsOf(demo.url, id)).toBeGreaterThan(5), slowly);
    expect(await statusOf(demo.url, id)).toBe("running");
  });

  test("closing the tab ends the conversation", async () => {
    await page.click("#start");
    await phase("running");
    const id = await idShown();
    await page.close({ runBeforeUnload: true });
    await vi.waitFor(async () => expect(await statusOf(demo.url, id)).toBe("ended"), {
      timeout: 15_000,
      interval: 250,
    });
  });

  test("says so when another tab ended the conversation", async () => {
    await page.clock.install();
    await page.reload();
    await page.click("#start");
    await phase("running");
    const other = await opened();
    await other.click("#start");
    await other.waitForSelector("#status[data-phase=running]");
    await other.click("#stop");
    await other.waitForSelector("#status[data-phase=ended]");
    // The next keep-alive finds out.
    await page.clock.fastForward(31_000);
    await phase("ended");
    expect(await page.locator("#status").textContent()).toBe("The conversation has ended.");
    expect(complaints.splice(0)).toEqual([expect.stringContaining("410")]);
  });

  test("says what is wrong in the server's words", async () => {
    await context.clearCookies();
    await page.click("#start");
    await phase("problem");
    expect(await page.locator("#status").textContent()).toContain("Reload it");
    // The browser reports the 401 as an error of its own.
    expect(complaints.splice(0)).toHaveLength(1);
  });
});
