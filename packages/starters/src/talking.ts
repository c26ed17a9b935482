import { expect, it, vi } from "vitest";
import type { World } from "./world.js";

const soon = { timeout: 20_000, interval: 100 };

/** What a visitor does when nothing goes wrong. */
export function talking(world: () => World): void {
  it("is there at a click: picture, voice, answers, transcript, time, and gone at another", async () => {
    const emulator = await world().equos();
    const { page } = await world().visitor();
    const { name } = world();
    expect(await page.violations()).toEqual([]);
    await page.shot(`${name}-phone-begin`);
    await page.talk();
    await vi.waitFor(async () => expect(await page.media()).toMatchObject({ sound: "live" }), soon);
    const { seconds } = await page.media();
    await vi.waitFor(async () => expect((await page.media()).seconds).toBeGreaterThan(seconds + 1), soon);
    expect((await page.media()).width).toBeGreaterThan(300);
    await vi.waitFor(async () => expect(await page.text("#microphone")).toBe("Microphone on"), soon);
    const greeting = "Emulated greeting of guide: good to see you.";
    await vi.waitFor(async () => expect(await page.text("#lines")).toContain(greeting), soon);
    await page.say("When do you open?");
    await vi.waitFor(async () => expect(await page.text("#lines")).toContain("You said: When do you open?"), soon);
    expect(await page.tab.locator("#lines .user").allTextContents()).toEqual(["YouWhen do you open?"]);
    await vi.waitFor(async () => expect(await page.text("#left")).toMatch(/^9:[0-5]\d left$/), soon);
    const left = await page.text("#left");
    await vi.waitFor(async () => expect(await page.text("#left")).not.toBe(left), soon);
    expect(await page.violations()).toEqual([]);
    await page.shot(`${name}-phone-talking`);
    await page.hangUp();
    expect(emulator.conversations()).toMatchObject([{ status: "ended", endReason: "stopped" }]);
    expect(emulator.conversations()[0]?.joinedAt).toBeDefined();
    expect(await page.text("#status")).toBe("The conversation has ended.");
    expect(await page.violations()).toEqual([]);
    expect(await page.shifts()).toBeLessThan(0.01);
    expect(await page.overflow()).toBe(0);
  });

  it("looks right on a desk, in the dark", async () => {
    await world().equos();
    const { page } = await world().visitor({ viewport: { width: 1280, height: 800 }, colorScheme: "dark" });
    await page.talk();
    await page.say("Good evening!");
    await vi.waitFor(async () => expect(await page.text("#lines")).toContain("You said: Good evening!"), soon);
    await vi.waitFor(async () => expect((await page.media()).seconds).toBeGreaterThan(0.5), soon);
    await page.shot(`${world().name}-desk-talking`);
    expect(await page.violations()).toEqual([]);
    expect(await page.shifts()).toBeLessThan(0.01);
    await page.hangUp();
  });

  it("works by keyboard alone, and keeps the focus where it is of use", async () => {
    const emulator = await world().equos();
    const { page } = await world().visitor();
    const focused = () => page.tab.evaluate(() => document.activeElement?.id ?? "");
    await page.tab.keyboard.press("Tab");
    await page.tab.keyboard.press("ArrowDown");
    await page.tab.keyboard.press("Tab");
    expect(await focused()).toBe("start");
    await page.tab.keyboard.press("Enter");
    await page.phase("talking");
    expect(emulator.conversations()).toMatchObject([{ characterId: "cha_emulator_coach" }]);
    expect(await focused()).toBe("hangup");
    await page.tab.keyboard.press("Enter");
    await page.phase("over");
    expect(await focused()).toBe("start");
  });

  it("takes the picture, and the voice, away and back", async () => {
    await world().equos();
    const { page } = await world().visitor();
    await page.talk();
    await vi.waitFor(async () => expect((await page.media()).width).toBeGreaterThan(300), soon);
    await page.tab.check("#modes input[value=text]");
    await vi.waitFor(async () => expect(await page.text("#microphone")).toBe("Microphone off"), soon);
    await vi.waitFor(async () => expect((await page.media()).sound).not.toBe("live"), soon);
    await page.say("Only text?");
    await vi.waitFor(async () => expect(await page.text("#lines")).toContain("You said: Only text?"), soon);
    await page.tab.check("#modes input[value=video]");
    await vi.waitFor(async () => expect(await page.media()).toMatchObject({ sound: "live" }), soon);
    const { seconds } = await page.media();
    await vi.waitFor(async () => expect((await page.media()).seconds).toBeGreaterThan(seconds), soon);
    await page.tab.click("#microphone");
    await vi.waitFor(async () => expect(await page.text("#microphone")).toBe("Microphone on"), soon);
    await page.hangUp();
  });
}
