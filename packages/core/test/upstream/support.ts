import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { manualClock } from "@equos-broker/emulator";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/clock.js";
import type { StartRequest } from "../../src/upstream/port.js";
import { Upstream, type UpstreamOptions } from "../../src/upstream/upstream.js";

export type Answer = readonly [status: number, body: string];

export const nest = (status: number, message: unknown = "refused"): Answer => [
  status,
  JSON.stringify({ statusCode: status, message, error: "…" }),
];

export const request: StartRequest = {
  name: "a",
  characterId: "b",
  client: "c",
  consumer: { identity: "ada", name: "Ada" },
  maxSeconds: 600,
};

interface Gateway {
  readonly url: string;
  readonly seen: string[];
  connections: number;
}

/** An HTTP server that answers as told, by operation. */
export async function serve(answers: Partial<Record<"start" | "stop" | "get", Answer>>): Promise<Gateway> {
  const gateway = { url: "", seen: [] as string[], connections: 0 };
  const server = createServer((request, response: ServerResponse) => {
    gateway.seen.push(`${request.method} ${request.url}`);
    const operation = request.method === "GET" ? "get" : request.url?.endsWith("/stop") ? "stop" : "start";
    const [status, body] = answers[operation] ?? [500, ""];
    request.resume().once("end", () => response.writeHead(status).end(body));
  });
  server.on("connection", () => {
    gateway.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  gateway.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return gateway;
}

export const upstreamWith = (options: Partial<UpstreamOptions>, clock: Clock = manualClock()): Upstream =>
  new Upstream({ apiKey: "sk-test", lateResponseSeconds: 10, stopSeconds: 5, ...options }, clock);
