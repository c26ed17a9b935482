import { type Emulator, startEmulator } from "@equos-broker/emulator";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBrowser, skipBrowser } from "./browser.js";
import { type Child, run, runToEnd } from "./child.js";
import { curl } from "./curl.js";

describe("npm start", () => {
  let emulator: Emulator;
  let server: Child;
  beforeEach(async () => {
    // An address that is not the demo's: the page takes it for the real Equos.
    emulator = await startEmulator({ livekit: { url: "ws://127.0.0.1:9" } });
    server = await run("server.ts", /^Listening on http:\/\/localhost:(\d+)$/m, {
      EQUOS_ENDPOINT: emulator.url,
      EQUOS_API_KEY: emulator.apiKey,
      EQUOS_CHARACTER_ID: emulator.characterId,
      VISITOR_SECRET: "a secret that only these tests know, long enough",
    });
  }, 60_000);
  afterEach(async () => {
    await server?.end();
    await emulator?.close();
  });

  test("serves visitors of the page only, has nothing of the demo, and stops what runs when it ends", async () => {
    expect((await curl(server.url, "start", {})).status).toBe(401);
    expect((await fetch(`${server.url}/demo/bill`)).status).toBe(404);
    const page = await fetch(server.url);
    expect(page.headers.get("set-cookie")).toMatch(/^__Host-.*; Secure$/);
    const cookie = page.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
    expect((await curl(server.url, "start", {}, { cookie })).status).toBe(201);
    expect(await server.end("SIGTERM")).toBe(0);
    expect(emulator.conversations()).toHaveLength(1);
    emulator.assertNothingRunning();
  });

  test.skipIf(skipBrowser)(
    "Chromium keeps the Secure cookie on loopback, and a room out of reach is stopped",
    async () => {
      const browser = await openBrowser();
      try {
        const page = await browser.newPage();
        await page.goto(server.url);
        await page.click("#start");
        await page.waitForSelector("#status[data-phase=problem]");
        expect(await page.locator("#status").textContent()).toContain("could not join");
        expect(await page.locator("#upstream-empty").textContent()).toContain("only while the demo runs");
        expect(emulator.conversations()).toHaveLength(1);
        emulator.assertNothingRunning();
      } finally {
        await browser.close();
      }
    },
    60_000,
  );
});

test("says what is missing", async () => {
  const { code, printed } = await runToEnd("server.ts", { EQUOS_API_KEY: "key" });
  expect(code).toBe(1);
  expect(printed).toContain("EQUOS_CHARACTER_ID");
  expect(printed).toContain("VISITOR_SECRET");
  expect(printed).not.toContain("EQUOS_API_KEY");
}, 60_000);
