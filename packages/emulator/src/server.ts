import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { refusal } from "./answer.js";
import type { Received } from "./reception.js";
import { type Reply, replyWith } from "./reply.js";

/** 1 MiB. */
const maxBodyBytes = 1_048_576;

/** Longer than clients keep idle sockets, so that a reused one is never closed under a request. */
const keepAliveMillis = 65_000;

export type Receive = (received: Received, clientGone: AbortSignal) => Promise<Reply>;

/** The body; `undefined` when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    // Without an encoding set, a request yields buffers.
    const buffer = chunk as Uint8Array;
    bytes += buffer.byteLength;
    // The rest is read and dropped: closing on a client that still writes would cost it the answer.
    if (bytes <= maxBodyBytes) chunks.push(buffer);
  }
  if (bytes > maxBodyBytes) return undefined;
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.kind === "drop") {
    response.destroy();
    return;
  }
  const payload = Buffer.from(reply.text);
  response.writeHead(reply.status, { ...reply.headers, "content-length": payload.byteLength });
  if (reply.kind === "whole") {
    response.end(payload);
    return;
  }
  response.write(payload.subarray(0, Math.floor(payload.byteLength / 2)), () => response.destroy());
}

async function exchange(request: IncomingMessage, response: ServerResponse, receive: Receive): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const text = await readBody(request);
  if (text === undefined) {
    send(response, replyWith(refusal(413, "The body is larger than 1 MiB")));
    return;
  }
  const key = request.headers["x-api-key"];
  const received: Received = {
    verb: request.method ?? "",
    target: request.url ?? "",
    apiKey: typeof key === "string" ? key : undefined,
    text,
  };
  const reply = await receive(received, gone.signal);
  if (!gone.signal.aborted) send(response, reply);
}

/** An HTTP server around `receive`; whatever goes wrong inside is a 500 and never the end of the process. */
export function httpServer(receive: Receive): Server {
  const server = createServer({ keepAliveTimeout: keepAliveMillis }, (request, response) => {
    exchange(request, response, receive).catch((error: unknown) => {
      if (response.destroyed) return;
      if (response.headersSent) response.destroy();
      else send(response, replyWith(refusal(500, error instanceof Error ? error.message : "Unknown error")));
    });
  });
  return server;
}

/** Listens on this machine only, and returns the port. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return address.port;
}

/** Closes the server and every socket, answered or not. */
export async function closeAll(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
