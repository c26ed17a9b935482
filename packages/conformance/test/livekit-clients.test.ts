import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { openChromium, skipBrowser } from "./chromium.js";
import type { Handles } from "./livekit-page/handles.js";
import { openPageStage, type PageStage } from "./livekit-page/stage.js";

const soon = { timeout: 10_000, interval: 50 };

/** LiveKit's own clients as published, with no code of ours in the page. */
describe.skipIf(skipBrowser)("livekit-client and @livekit/components-react", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  }, 60_000);
  afterAll(async () => await browser?.close());

  /** Answers of the token route, in order. */
  interface Fetched {
    readonly status: number;
    readonly token: string | undefined;
  }
  async function open(ttlSeconds: number) {
    const stage = await openPageStage(ttlSeconds);
    const tab = await browser.newPage();
    onTestFinished(async () => {
      await tab.close();
      await stage.close();
    });
    const fetched: Fetched[] = [];
    let asked = 0;
    const isToken = (url: string) => url.endsWith("/token");
    tab.on("request", (request) => {
      if (isToken(request.url())) asked += 1;
    });
    tab.on("response", async (response) => {
      if (!isToken(response.url())) return;
      const body = await response.json().catch(() => ({}));
      fetched.push({ status: response.status(), token: body.participant_token });
    });
    /** So many answers of the token route have come, and no request is on its way. */
    const settled = (atLeast: number) =>
      vi.waitFor(() => expect(fetched.length >= atLeast && fetched.length === asked).toBe(true), soon);
    await tab.goto(stage.origin);
    return { stage, fetched, settled, ...handles(tab) };
  }
  const tokenOf = (fetched: readonly Fetched[]) => fetched.findLast(({ token }) => token !== undefined)?.token ?? "";

  // A token that lasts is kept by LiveKit's client, one that runs out soon is fetched again each time.
  const lives = [
    ["a token that lasts", 21_600],
    ["a token that runs out soon", 30],
  ] as const;
  describe.each(lives)("with %s", (_, ttlSeconds) => {
    it("TokenSource.endpoint: fetches, at once and by force, share one conversation, which its token stops", async () => {
      const { stage, fetched, settled, source, stop } = await open(ttlSeconds);
      expect(await source(["", "", "force", "force"])).toEqual(["fetched", "fetched", "fetched", "fetched"]);
      await settled(1);
      expect(new Set(fetched.map(({ token }) => token)).size).toBe(1);
      expect([stage.started(), stage.running()]).toEqual([1, 1]);
      expect(await stop(tokenOf(fetched))).toBe(200);
      // What a hang-up fetches after it starts nothing.
      expect(await source(["force"])).toEqual([expect.stringContaining("just-stopped")]);
      expect([stage.started(), stage.running()]).toEqual([1, 0]);
    });

    it.each([true, false])(
      "useSession, StrictMode %s: one conversation at a time, and nothing is left",
      async (strict) => {
        const { stage, fetched, settled, mount, unmount, start, end, stop } = await open(ttlSeconds);
        // A page view fetches, and that is a start.
        await mount(strict);
        await settled(1);
        await start();
        expect([stage.started(), stage.running()]).toEqual([1, 1]);

        // The stop first: then what end() fetches is refused, and LiveKit's client forgets the old token.
        expect(await stop(tokenOf(fetched))).toBe(200);
        const before = fetched.length;
        await end();
        await settled(before + 1);
        expect(fetched.at(-1)?.status).toBe(409);
        expect([stage.started(), stage.running()]).toEqual([1, 0]);

        // Mounted again at once: refused as well, and a while later a new one.
        await unmount();
        await mount(strict);
        await settled(before + 2);
        expect([stage.started(), stage.running()]).toEqual([1, 0]);
        await stage.pass(10);
        await start();
        expect([stage.started(), stage.running()]).toEqual([2, 1]);

        // Nobody joins: stopped by itself, long before a late click on a page that was mounted anew.
        await stage.pass(70);
        expect(stage.running()).toBe(0);
        await unmount();
        await mount(strict);
        await start();
        expect([stage.started(), stage.running()]).toEqual([3, 1]);
        await unmount();
        await stage.pass(70);
        expect([stage.started(), stage.running()]).toEqual([3, 0]);
        expectOneAtATime(stage);
      },
    );

    it("useSession, a click five minutes after the mount: never a second one beside the first", async () => {
      const { stage, fetched, settled, mount, start, end, stop } = await open(ttlSeconds);
      await mount(true);
      await settled(1);
      await stage.pass(300);
      expect([stage.started(), stage.running()]).toEqual([1, 0]);
      await start();
      expect(stage.running()).toBeLessThanOrEqual(1);
      await stop(tokenOf(fetched));
      await end();
      await stage.pass(70);
      expect(stage.running()).toBe(0);
      expectOneAtATime(stage);
    });

    it("useSession, hung up without a stop: the fetch of end() bills nothing more", async () => {
      const { stage, fetched, settled, mount, start, end } = await open(ttlSeconds);
      await mount(false);
      await start();
      await settled(1);
      const before = fetched.length;
      await end();
      await settled(before + 1);
      expect([stage.started(), stage.running()]).toEqual([1, 1]);
      // Nobody has ever joined, and no keep-alive came.
      await stage.pass(70);
      expect([stage.started(), stage.running()]).toEqual([1, 0]);
    });
  });

  function expectOneAtATime({ emulator }: PageStage): void {
    const times = emulator.conversations().map(({ startedAt, endedAt }) => [startedAt, endedAt ?? "never"] as const);
    for (const [index, [startedAt]] of times.entries()) {
      const former = times[index - 1];
      if (former !== undefined) expect(startedAt >= former[1]).toBe(true);
    }
  }
});

/** The page's own functions, called from here. */
function handles(tab: Page) {
  return {
    source: (fetches: readonly string[]) =>
      tab.evaluate(async (forces) => {
        const source = (globalThis as unknown as { page: Handles }).page.source();
        const fetching = forces.map((force) => source.fetch({ agentName: "guide" }, force === "force"));
        return (await Promise.allSettled(fetching)).map((each) =>
          each.status === "fulfilled" ? "fetched" : String(each.reason),
        );
      }, fetches),
    mount: (strict: boolean) =>
      tab.evaluate((how) => (globalThis as unknown as { page: Handles }).page.mount(how), strict),
    unmount: () => tab.evaluate(() => (globalThis as unknown as { page: Handles }).page.unmount()),
    start: () => tab.evaluate(() => (globalThis as unknown as { page: Handles }).page.start()),
    end: () => tab.evaluate(() => (globalThis as unknown as { page: Handles }).page.end()),
    stop: (token: string) =>
      tab.evaluate((which) => (globalThis as unknown as { page: Handles }).page.stop(which), token),
  };
}
