import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { ConversationBroker, memoryStore, toNodeHandler } from "@equos-broker/core";
import { type Emulator, type EmulatorOptions, startEmulator } from "@equos-broker/emulator";
import { onTestFinished } from "vitest";

/** A team's server with a broker at `/api/equos`, and an Equos behind it. */
export interface Site {
  readonly emulator: Emulator;
  readonly url: string;
  /** Headers of each call to the broker, in their order. */
  readonly calls: {
    readonly action: string;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: string;
  }[];
  /** Answers instead of the broker, while it is there. */
  instead:
    | ((action: string) => { status: number; headers?: Record<string, string>; body?: string } | undefined)
    | undefined;
  /** Nobody listens from now on, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
}

export interface SiteOptions {
  readonly emulator?: EmulatorOptions;
  readonly allowedOrigins?: readonly string[];
  /** What `GET` of any path answers. */
  readonly page?: string;
}

/** A refusal in the broker's form. */
export const problem = (status: number, code: string, detail = "No.") => ({
  status,
  headers: { "content-type": "application/problem+json; charset=utf-8" },
  body: JSON.stringify({ code, detail }),
});

/** Ends with the test. */
export async function siteFor({ emulator: given, allowedOrigins, page = "" }: SiteOptions = {}): Promise<Site> {
  const emulator = await startEmulator({ ...given, switches: { joined: "consumer", ...given?.switches } });
  const broker = new ConversationBroker({
    authorize: ({ header }) => ({ identity: header("x-user") ?? "ada", name: "Ada" }),
    apiKey: emulator.apiKey,
    endpoint: emulator.url,
    characters: { guide: emulator.characterId, coach: emulator.characterIds[1] ?? "" },
    store: memoryStore({ singleProcess: true }),
    // A store of its own.
    deployment: `client-${crypto.randomUUID()}`,
    limits: { perConsumer: { active: 1, starts: { max: 3, perSeconds: 3600 } } },
    logger: { warn: () => {}, error: () => {} },
    ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
  });
  const handler = toNodeHandler(broker);
  const calls: Site["calls"] = [];
  let port = 0;
  let server: Server;
  const site: Site = {
    emulator,
    calls,
    instead: undefined,
    get url() {
      return `http://127.0.0.1:${port}/api/equos`;
    },
    async down() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async up() {
      server = createServer(async (request, response) => {
        if (request.method === "GET") return void response.setHeader("content-type", "text/html").end(page);
        const action = request.url?.split("/").at(-1) ?? "";
        const body = request.method === "POST" ? await text(request) : "";
        if (request.method === "POST") calls.push({ action, headers: request.headers, body });
        const other = site.instead?.(action);
        // As a body parser leaves it.
        if (other === undefined) return void handler(Object.assign(request, { body }), response);
        response.writeHead(other.status, other.headers).end(other.body);
      });
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      const address = server.address();
      if (typeof address === "object" && address !== null) port = address.port;
    },
  };
  await site.up();
  onTestFinished(async () => {
    await site.down();
    await broker.close();
    await emulator.close();
  });
  return site;
}
