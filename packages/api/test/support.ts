import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { inspect } from "node:util";
import { onTestFinished } from "vitest";
import { EquosClient, type EquosClientOptions } from "../src/index.js";

export const key = "sk-equos-7f3a9c-do-not-print";

/** Both ways to the network: without a `fetch` of its own the client takes Node's `http` and `https`. */
export const transports: readonly { transport: string; own: EquosClientOptions }[] = [
  { transport: "Node's agent", own: {} },
  { transport: "fetch", own: { fetch: globalThis.fetch } },
];

export interface SeenRequest {
  readonly verb: string | undefined;
  readonly target: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface TestServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  readonly sockets: Socket[];
}

type Answer = (response: ServerResponse, request: SeenRequest) => void;

export const json =
  (value: unknown, status = 200): Answer =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };

/** An HTTP server on loopback that remembers what it was sent; closed when the test ends. */
export async function serve(answer: Answer = json({})): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    try {
      for await (const chunk of request.setEncoding("utf8")) body += chunk;
    } catch {
      // The client went away in the middle, which some tests are about.
      return;
    }
    const entry = { verb: request.method, target: request.url, headers: request.headers, body };
    seen.push(entry);
    answer(response, entry);
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, seen, sockets: socketsOf(server) };
}

/** A server that speaks bytes: for answers that no HTTP server gives. */
export async function serveBytes(onRequest: (socket: Socket) => void): Promise<TestServer> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => onRequest(socket));
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, seen: [], sockets: socketsOf(server) };
}

export async function listen(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of open) socket.destroy();
    await closed;
  });
  // An address of a listening TCP server is never a string or null.
  return (server.address() as AddressInfo).port;
}

function socketsOf(server: Server): Socket[] {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket));
  return sockets;
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What the servers of these tests answer is seldom what the operation declares. */
export const clientOf = (endpoint: string, own: EquosClientOptions = {}, apiKey = key): EquosClient =>
  EquosClient.create(apiKey, { endpoint, timeoutMs: 10_000, checkAnswers: false, ...own });

/** What the call failed with; fails the test when it did not. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([call]);
  if (outcome.status === "rejected") return outcome.reason;
  throw new Error(`the call was expected to fail but gave ${inspect(outcome.value)}`);
}

/** Every way in which a log may print a value, hidden properties and causes included. */
export function printed(value: unknown): string {
  const stack = value instanceof Error ? [value.message, value.stack] : [];
  return [String(value), ...stack, JSON.stringify(value), inspect(value, { showHidden: true, depth: 12 })].join("\n");
}
