import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type AuthorizeContext, ConversationBroker, toNodeHandler } from "@equos-broker/core";
import { type ControlledClock, type Emulator, manualClock, startEmulator } from "@equos-broker/emulator";
import { build } from "esbuild";

/** A server with the broker and the page on it, behind it an Equos whose clock only the test moves. */
export interface PageStage {
  readonly origin: string;
  readonly emulator: Emulator;
  readonly clock: ControlledClock;
  /** Lets so many seconds pass, in steps that no socket falls behind. */
  pass(seconds: number): Promise<void>;
  running(): number;
  started(): number;
  close(): Promise<void>;
}

export async function openPageStage(tokenTtlSeconds: number): Promise<PageStage> {
  const clock = manualClock();
  // Nothing listens at this address: whoever connects is refused at once.
  const livekit = { url: "ws://127.0.0.1:9" };
  const emulator = await startEmulator({ clock, tokenTtlSeconds, livekit });
  const broker = new ConversationBroker({
    authorize: (_: AuthorizeContext) => ({ identity: "ada", name: "Ada" }),
    apiKey: emulator.apiKey,
    endpoint: emulator.url,
    characters: { guide: emulator.characterId },
    clock,
    logger: { warn: () => undefined, error: () => undefined },
  });
  const script = await bundled();
  const handler = toNodeHandler(broker);
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/api/equos/")) return void handler(request, response);
    const isPage = request.url === "/";
    response.setHeader("content-type", isPage ? "text/html" : "text/javascript");
    response.end(isPage ? '<!doctype html><title>Talk</title><script src="/page.js"></script>' : script);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An address of a listening TCP server is never a string or null.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    emulator,
    clock,
    async pass(seconds) {
      for (let second = 0; second < seconds; second += 1) {
        await clock.advance(1000);
        await (await fetch(`${emulator.url}/v3/health`)).text();
      }
    },
    running: () => emulator.conversations().filter(({ status }) => status === "running").length,
    started: () => emulator.conversations().length,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      const closing = broker.close();
      await clock.advance(1000);
      await closing;
      await emulator.close();
    },
  };
}

let script: Promise<string> | undefined;

/** The page with LiveKit's and React's published code, as a bundler would ship it. */
function bundled(): Promise<string> {
  script ??= build({
    entryPoints: [fileURLToPath(new URL("./page.tsx", import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"development"' },
    logLevel: "error",
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? "");
  return script;
}
