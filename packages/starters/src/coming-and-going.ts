import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { World } from "./world.js";

const soon = { timeout: 20_000, interval: 100 };
/** The broker's `leaveGraceSeconds`, and a second for everything else. */
const leftWithinMs = 4_000;

/** What browsers do by themselves, but not to a page that Playwright has looked into: it counts as clicked. */
function silentUntilClick(): void {
  let isClicked = false;
  addEventListener("click", () => (isClicked = true), { capture: true });
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    const isAllowed = this instanceof HTMLVideoElement || isClicked;
    return isAllowed ? play.call(this) : Promise.reject(new DOMException("no click before", "NotAllowedError"));
  };
}

/** Reloads, closed tabs, double clicks, second tabs. */
export function comingAndGoing(world: () => World): void {
  describe.each(["nothing", "ends", "ends-but-stays-running"] as const)(
    "where the visitor's leaving does: %s",
    (onConsumerLeave) => {
      it("a reload is one conversation, not two", async () => {
        const emulator = await world().equos({ switches: { onConsumerLeave } });
        const { page } = await world().visitor();
        await page.talk();
        let most = 0;
        const watch = setInterval(() => {
          most = Math.max(most, emulator.conversations().filter(({ endedAt }) => endedAt === undefined).length);
        }, 20);
        onTestFinished(() => clearInterval(watch));
        await page.tab.reload();
        // Where leaving ends it, the page finds out that nobody comes, and starts anew.
        await page.phase("talking");
        const running = () => emulator.conversations().filter(({ status }) => status === "running");
        expect(running()).toHaveLength(1);
        expect(most).toBe(1);
        if (onConsumerLeave === "nothing") {
          expect(emulator.conversations()).toHaveLength(1);
          expect(await page.text("#lines")).toContain("Picked up where you were.");
          // The stop that the reload sent would have been due by now.
          await vi.waitFor(async () => expect(emulator.bill().totalSeconds).toBeGreaterThan(6), soon);
          expect(running()).toHaveLength(1);
        }
        await page.hangUp();
        emulator.assertNothingRunning();
      });
    },
  );

  it("a browser that plays nothing before a click: sound at a press of a button", async () => {
    await world().equos();
    // To somebody whom it listens to a browser plays everything.
    const { page, context } = await world().visitor({ microphone: false });
    await context.addInitScript(silentUntilClick);
    await page.tab.reload();
    await page.talk();
    // It was a click that started it.
    expect(await page.tab.isVisible("#sound")).toBe(false);
    await page.tab.reload();
    await page.tab.waitForSelector("#sound");
    await page.shot(`${world().name}-phone-silent`);
    await page.tab.click("#sound");
    await page.tab.waitForSelector("#sound", { state: "hidden" });
    expect(await page.tab.evaluate(() => document.querySelector("audio")?.paused)).toBe(false);
    await page.hangUp();
  });

  it("a closed tab stops it within the grace", async () => {
    const emulator = await world().equos();
    const { page } = await world().visitor();
    await page.talk();
    const closedAt = Date.now();
    await page.tab.close({ runBeforeUnload: true });
    await vi.waitFor(() => emulator.assertNothingRunning(), soon);
    const [ended] = emulator.conversations();
    expect(Date.parse(ended?.endedAt ?? "") - closedAt).toBeLessThan(leftWithinMs);
  });

  it("a double click starts one", async () => {
    const emulator = await world().equos();
    const { page } = await world().visitor();
    await page.tab.dblclick("#start");
    await page.phase("talking");
    expect(emulator.conversations()).toHaveLength(1);
    await page.hangUp();
  });

  it("a second tab takes it over, and the first can have it back", async () => {
    const emulator = await world().equos();
    const { page: first, open } = await world().visitor();
    await first.talk();
    const second = await open();
    await second.talk();
    await first.phase("over");
    await first.trouble("You are talking in another tab");
    await first.tab.click("#alert button");
    await first.phase("talking");
    await second.trouble("You are talking in another tab");
    expect(emulator.conversations()).toMatchObject([{ status: "running" }]);
    await first.hangUp();
    emulator.assertNothingRunning();
  });

  it("another character takes the place of the one before", async () => {
    const emulator = await world().equos();
    const { page: first, open } = await world().visitor();
    await first.talk();
    const second = await open();
    await second.tab.check("#cast input[value=coach]");
    await second.talk();
    await first.phase("over");
    expect(emulator.conversations()).toMatchObject([
      { characterId: "cha_emulator_guide", status: "ended" },
      { characterId: "cha_emulator_coach", status: "running" },
    ]);
    await second.hangUp();
  });
}
