import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { build, transform } from "esbuild";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { openChromium, skipBrowser } from "./chromium.js";

// The packages of a team on Express.
const require = createRequire(new URL("../../express/package.json", import.meta.url));

/** LiveKit's published client, and what the page's policy has refused. */
const script = `
  import { Room } from "livekit-client";
  globalThis.refused = [];
  addEventListener("securitypolicyviolation", ({ effectiveDirective }) => refused.push(effectiveDirective));
  globalThis.join = (url) => new Room().connect(url, "eyJhbGciOiJIUzI1NiJ9.e30.x").catch(() => undefined);`;

interface App {
  get(path: string, handler: RequestListener): unknown;
  use(middleware: unknown): App;
}

/** The code of docs/deploy.md, as it stands there. */
async function documented(): Promise<App> {
  const text = readFileSync(new URL("../../../docs/deploy.md", import.meta.url), "utf8");
  const source = /```ts\n([^`]*import helmet from "helmet";[\s\S]*?)\n```/.exec(text)?.[1] ?? "";
  const { code } = await transform(source, { loader: "ts", format: "cjs" });
  const module: { exports: { app?: App } } = { exports: {} };
  new Function("require", "module", code)(require, module);
  if (module.exports.app === undefined) throw new Error("docs/deploy.md exports no app");
  return module.exports.app;
}

async function listen(listener: RequestListener): Promise<{ readonly server: Server; readonly host: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // An address of a listening TCP server is never a string or null.
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe.skipIf(skipBrowser)("a page behind helmet", () => {
  afterEach(() => void vi.unstubAllEnvs());

  it.each([
    ["cannot reach LiveKit by helmet's defaults", "defaults", false],
    ["reaches LiveKit as docs/deploy.md says", "documented", true],
  ])("%s", { timeout: 60_000 }, async (_, policy, isReached) => {
    const reached: (string | undefined)[] = [];
    const livekit = await listen(({ url }, response) => {
      reached.push(url?.split("?")[0]);
      response.writeHead(401, { "access-control-allow-origin": "*" }).end();
    });
    livekit.server.on("upgrade", ({ url }, socket) => {
      reached.push(`upgrade ${url?.split("?")[0]}`);
      socket.end("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n");
    });
    vi.stubEnv("LIVEKIT_ORIGINS", `http://${livekit.host} ws://${livekit.host}`);
    const app = policy === "documented" ? await documented() : require("express")().use(require("helmet")());
    const { outputFiles } = await build({
      stdin: { contents: script, resolveDir: import.meta.dirname },
      ...{ bundle: true, write: false, format: "iife" },
    });
    app.get("/page.js", (_request: unknown, response: Parameters<RequestListener>[1]) => {
      response.setHeader("content-type", "text/javascript").end(outputFiles[0]?.text);
    });
    app.get("/", (_request: unknown, response: Parameters<RequestListener>[1]) => {
      response.setHeader("content-type", "text/html").end('<!doctype html><script src="/page.js"></script>');
    });
    // An Express app is a listener.
    const shop = await listen(app as unknown as RequestListener);
    const browser = await openChromium();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`http://${shop.host}/`);
    await page.evaluate(`join("ws://${livekit.host}")`);
    expect(reached.includes("upgrade /rtc/v1")).toBe(isReached);
    expect(new Set(await page.evaluate<string[]>("refused"))).toEqual(new Set(isReached ? [] : ["connect-src"]));
  });
});
