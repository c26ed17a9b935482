import { existsSync, mkdirSync } from "node:fs";
import { type Emulator, manualClock } from "@equos-broker/emulator";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { notice } from "../../../../scripts/notice.js";
import { emulatorFor, postStart, started } from "../support.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const there = existsSync(executablePath);
if (!there) notice("the emulator's page is not tested in a browser: Chromium is missing");

const shots = process.env.SCREENSHOTS;

async function opened(
  browser: Browser,
  emulator: Emulator,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<Page> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
  page.on("pageerror", (error) => trouble.push(error.message));
  onTestFinished(() => expect(trouble).toEqual([]));
  await page.goto(emulator.url);
  return page;
}

describe.skipIf(!there && process.env.CI === undefined)("the page in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    });
  });
  afterAll(() => browser?.close());

  it("shows what runs, the bill and the log, and its buttons move the clock", async () => {
    const emulator = await emulatorFor({ clock: manualClock(Date.UTC(2026, 10, 26, 12)) });
    const page = await opened(browser, emulator);
    await page.getByText("None yet. Start one").waitFor();
    await started(emulator, { name: "<b>support</b>" });
    await page.getByRole("cell", { name: "<b>support</b>" }).waitFor();
    await page.getByRole("button", { name: "+1 min" }).click();
    await page.getByText("2026-11-26 12:01:00 UTC", { exact: true }).waitFor();
    await page.getByRole("cell", { name: "60 s" }).waitFor();
    expect(emulator.bill().totalSeconds).toBe(60);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    expect(emulator.clock.running).toBe(false);
    await page.getByText("show").click();
    await page.getByText('"characterId": "cha_emulator_guide"').waitFor();
    await page.getByRole("button", { name: "Fail" }).click();
    await page.getByText("error", { exact: true }).waitFor();
    expect(emulator.conversations()).toMatchObject([{ status: "error" }]);
  });

  it("queues and clears faults", async () => {
    const emulator = await emulatorFor();
    const page = await opened(browser, emulator);
    await page.getByLabel("Next call of").selectOption("startConversation");
    await page.getByLabel("meets").selectOption("402");
    await page.getByRole("button", { name: "Queue" }).click();
    await page.getByText('startConversation: {"status":402}, 1 left').waitFor();
    expect((await postStart(emulator)).status).toBe(402);
    await page.getByText("None waits.").waitFor();
    await page.getByLabel("meets").selectOption("silence");
    await page.getByRole("button", { name: "Queue" }).click();
    await page.getByText("startConversation: {}, 1 left").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("None waits.").waitFor();
  });

  it.each([
    ["desk", { viewport: { width: 1280, height: 900 } }],
    ["desk, dark", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" as const }],
    ["phone", { viewport: { width: 390, height: 844 } }],
  ])("fits a %s", async (name, options) => {
    const emulator = await emulatorFor();
    for (const identity of ["ada", "bob"]) await started(emulator, { consumer: { identity, name: identity } });
    emulator.end(emulator.conversations()[0]?.id ?? "", "blocked");
    emulator.faults.queue("stopConversation", { status: 503, times: 3 });
    const page = await opened(browser, emulator, options);
    await page.getByText("blocked", { exact: true }).waitFor();
    const overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(overflow).toBe(0);
    if (shots === undefined) return;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: `${shots}/emulator-${name.replaceAll(/\W+/g, "-")}.png`, fullPage: true });
  });

  it("says when the emulator is gone", async () => {
    const emulator = await emulatorFor();
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(emulator.url);
    await page.getByText(emulator.url, { exact: true }).waitFor();
    await emulator.close();
    await page.getByText("The emulator does not answer").waitFor();
  });
});
