import { createServer, type RequestListener } from "node:http";
import { ConversationBroker, toNodeHandler, visitors } from "@equos-broker/core";
import { startEmulator } from "@equos-broker/emulator";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openChromium, skipBrowser } from "./chromium.js";

/** A page that starts a conversation as soon as it is shown, and says how that ended. */
const widget = `<!doctype html><script>
  const headers = { "content-type": "application/json" };
  fetch("/api/equos/start", { method: "POST", headers, body: "{}" }).then(({ status }) => { document.title = status; });
</script>`;

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

describe.skipIf(skipBrowser)("a widget in the pages of other sites", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  }, 60_000);
  afterAll(async () => await browser?.close());

  async function open(crossSite: boolean) {
    const emulator = await startEmulator();
    const visitor = visitors({ secret: "a secret of more than 32 characters", crossSite });
    const { apiKey, url: endpoint, characterId } = emulator;
    const broker = new ConversationBroker({ apiKey, endpoint, characters: { guide: characterId }, authorize: visitor });
    const api = toNodeHandler(broker);
    const port = await serve(async (request, response) => {
      if (request.method === "POST") return api(request, response);
      const cookie = await visitor.issue(request.headers.cookie);
      if (cookie) response.setHeader("set-cookie", cookie);
      response.setHeader("content-type", "text/html").end(widget);
    });
    // Another site: `localhost` is not the host of an address.
    const host = await serve((_, response) => {
      response.setHeader("content-type", "text/html").end(`<iframe src="http://localhost:${port}/"></iframe>`);
    });
    const context = await browser.newContext();
    onTestFinished(async () => {
      await context.close();
      await broker.close();
      await emulator.close();
    });
    const status = async (url: string) => {
      const tab = await context.newPage();
      await tab.goto(url);
      const frame = tab.frames().find((candidate) => candidate.url().includes(`localhost:${port}`));
      await frame?.waitForFunction("document.title !== ''");
      return await frame?.title();
    };
    const running = () => emulator.conversations().map(({ consumerIdentity }) => consumerIdentity);
    return { status, running, framed: `http://127.0.0.1:${host}/`, own: `http://localhost:${port}/` };
  }

  it("is known there with crossSite, by a cookie of that site alone", async () => {
    const { status, running, framed, own } = await open(true);
    expect([await status(framed), await status(framed)]).toEqual(["201", "200"]);
    expect(await status(own)).toBe("201");
    expect(new Set(running()).size).toBe(2);
  });

  it("is not known there without it", async () => {
    const { status, framed, own } = await open(false);
    expect([await status(framed), await status(own)]).toEqual(["401", "201"]);
  });
});
