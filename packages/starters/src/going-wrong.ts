import { fault } from "@equos-broker/emulator";
import { expect, it, onTestFinished, vi } from "vitest";
import { freePort } from "./free-port.js";
import type { TalkPage } from "./page.js";
import { World } from "./world.js";

const soon = { timeout: 20_000, interval: 100 };

/** As without a LiveKit server. */
const nowhere = { url: "wss://emulator.equos.invalid" };

/** The browser reports answers that are errors as errors of its own. */
function expectComplaints({ complaints }: TalkPage, ...texts: string[]): void {
  const others = complaints.splice(0).filter((complaint) => !texts.some((text) => complaint.includes(text)));
  expect(others).toEqual([]);
}

/** Every failure that the page has words for. */
export function goingWrong(world: () => World): void {
  it("no microphone allowed: says so, and can be talked to by typing", async () => {
    await world().equos();
    const { page } = await world().visitor({ microphone: false });
    await page.talk();
    await vi.waitFor(async () => expect(await page.text("#microphone")).toBe("Microphone blocked"), soon);
    expect(await page.text("#microphone-note")).toContain("address bar");
    await page.say("Can you read me?");
    await vi.waitFor(async () => expect(await page.text("#lines")).toContain("You said: Can you read me?"), soon);
    await page.shot(`${world().name}-phone-blocked`);
    await page.hangUp();
    page.complaints.splice(0);
  });

  it.each([
    ["NotFoundError", "No microphone"],
    ["NotReadableError", "Microphone busy"],
  ])("a microphone that gives %s: %s", async (name, label) => {
    await world().equos();
    const { page, context } = await world().visitor();
    await context.addInitScript((error) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("none", error));
    }, name);
    await page.tab.reload();
    await page.talk();
    await vi.waitFor(async () => expect(await page.text("#microphone")).toBe(label), soon);
    await page.hangUp();
    page.complaints.splice(0);
  });

  it("a limit reached: says when to try again", async () => {
    await world().equos();
    const { page } = await world().visitor();
    const refused = await page.tab.evaluate(async () => {
      const post = (action: string) =>
        fetch(`/api/equos/${action}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: action === "start" ? JSON.stringify({ character: "guide" }) : "{}",
        });
      for (let starts = 0; starts < 30; starts += 1) {
        const { status } = await post("start");
        if (status === 429) return status;
        await post("stop");
      }
      return undefined;
    });
    expect(refused).toBe(429);
    await page.tab.click("#start");
    await page.trouble("You have started too many conversations.");
    expect(await page.text("#alert")).toMatch(/You can start again (in \d+ (minutes|seconds)|at .+)\./);
    await page.shot(`${world().name}-phone-limit`);
    expectComplaints(page, "429");
  });

  it("Equos busy: says so, and the next try works", async () => {
    const emulator = await world().equos();
    const { page } = await world().visitor();
    emulator.faults.queue("startConversation", fault.tooMany(17));
    await page.tab.click("#start");
    await page.trouble("All avatars are busy. You can start again in 17 seconds.");
    await page.talk();
    expectComplaints(page, "503");
    await page.hangUp();
  });

  it("Equos refusing the server: says whose affair that is", async () => {
    const emulator = await world().equos();
    const { page } = await world().visitor();
    emulator.faults.queue("startConversation", fault.status(401));
    await page.tab.click("#start");
    await page.trouble("That did not workThe avatar service refused the server. Its operator has to act.");
    expectComplaints(page, "502");
  });

  it("a cookie lost: asks for a reload", async () => {
    const emulator = await world().equos();
    const { page, context } = await world().visitor();
    await context.clearCookies();
    await page.tab.click("#start");
    await page.trouble("Load it again");
    expectComplaints(page, "401");
    await page.tab.click("#alert button");
    await page.tab.waitForLoadState();
    await page.talk();
    expect(emulator.conversations()).toHaveLength(1);
    await page.hangUp();
  });

  it("a character that never comes: the conversation is stopped", async () => {
    const emulator = await world().equos({ avatar: false });
    const { page } = await world().visitor();
    await page.tab.clock.install();
    await page.tab.reload();
    await page.tab.click("#start");
    await page.phase("waiting");
    expect(await page.text("#status")).toBe("Waiting for Guide…");
    await page.tab.clock.fastForward(21_000);
    await page.trouble("Guide did not come");
    await vi.waitFor(() => emulator.assertNothingRunning(), soon);
    expect(emulator.conversations()).toMatchObject([{ endReason: "stopped" }]);
    await page.shot(`${world().name}-phone-never-came`);
    page.complaints.splice(0);
  });

  it("a room out of reach: the conversation is stopped", async () => {
    const emulator = await world().equos({ livekit: { url: `ws://127.0.0.1:${await freePort()}` }, avatar: false });
    const { page } = await world().visitor();
    await page.tab.click("#start");
    await page.trouble("The room could not be reached", 60);
    await vi.waitFor(() => emulator.assertNothingRunning(), soon);
    page.complaints.splice(0);
  });

  it("time over: says so, at the page and at Equos", async () => {
    const emulator = await world().equos();
    const { page } = await world().visitor();
    const later = async (seconds: number) => {
      await emulator.clock.advance(seconds * 1000);
      // The page's timers go on as they are: LiveKit's pings would not survive a jump.
      await page.tab.clock.setSystemTime(emulator.clock.now());
    };
    await page.talk();
    await later(569);
    await vi.waitFor(async () => expect(await page.text("#lines")).toContain("30 seconds are left."), soon);
    await vi.waitFor(async () => expect(await page.text("#left")).toMatch(/^0:[23]\d left$/), soon);
    await later(31);
    await page.trouble("The time is over");
    expect(emulator.conversations()).toMatchObject([{ status: "ended" }]);
    expectComplaints(page);
  });

  it("a character that leaves: says so", async () => {
    const emulator = await world().equos();
    const { page } = await world().visitor();
    await page.talk();
    await fetch(`${emulator.url}/emulator/conversations/${emulator.conversations()[0]?.id}/error`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    await page.trouble("Guide has left");
    await page.phase("over");
    emulator.assertNothingRunning();
  });

  it("ended by somebody else: says so with the next keep-alive", async () => {
    const emulator = await world().equos({ livekit: nowhere, avatar: false });
    const { page } = await world().visitor();
    await page.tab.clock.install();
    await page.tab.reload();
    await page.talk();
    emulator.end(emulator.conversations()[0]?.id ?? "", "blocked");
    // The broker itself asks Equos when somebody stops, resumes, or at the end.
    await page.tab.evaluate(() =>
      fetch("/api/equos/stop", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }),
    );
    await page.tab.clock.fastForward(31_000);
    await page.trouble("The conversation has ended");
    expectComplaints(page, "410");
  });

  it("kept in the browser's memory and brought back: says that it was ended", async () => {
    const emulator = await world().equos({ livekit: nowhere, avatar: false });
    const { page } = await world().visitor();
    await page.talk();
    // Whether a page that no cache may store is kept is up to the browser: the events stand for it, the client's tests do without.
    await page.tab.evaluate(() => {
      dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    });
    await page.trouble("You left this page");
    await vi.waitFor(() => emulator.assertNothingRunning(), soon);
    await page.talk();
    await page.hangUp();
  });

  it("the network lost: tries to come back, then says so", async () => {
    const room = await World.room();
    onTestFinished(() => room.close());
    const emulator = await world().equos({ livekit: room });
    const { page } = await world().visitor();
    await page.tab.clock.install();
    await page.tab.reload();
    await page.talk();
    await room.close();
    await vi.waitFor(async () => expect(await page.text("#status")).toContain("Reconnecting"), soon);
    await vi.waitFor(async () => {
      await page.tab.clock.fastForward(10_000);
      expect(await page.text("#alert")).toContain("The connection is lost");
    }, soon);
    await page.shot(`${world().name}-phone-network-lost`);
    await vi.waitFor(() => emulator.assertNothingRunning(), soon);
    page.complaints.splice(0);
  });
}
