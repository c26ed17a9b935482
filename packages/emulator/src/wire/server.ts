import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { refusal } from "../answer/answer.js";
import { type Reply, replyWith } from "../answer/reply.js";
import { isLocal } from "../control/guard.js";
import { faultHeader } from "../faults/fault-from-json.js";
import type { EmulatorSwitches } from "../switches.js";
import { readBody } from "./body.js";
import type { Received } from "./reception.js";

/** 1 MiB. */
const maxBodyBytes = 1_048_576;

/** Longer than clients keep idle sockets, so that a reused one is never closed under a request. */
const keepAliveMillis = 65_000;

export interface ServerSetup {
  readonly switches: EmulatorSwitches;
  /** Takes requests of the API. */
  receive(received: Received, clientGone: () => AbortSignal): Promise<Reply>;
  /** Takes whatever is not the API's; `false` when it is not its own either. */
  besides(request: IncomingMessage, response: ServerResponse): boolean;
}

export function send(response: ServerResponse, reply: Reply): void {
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

/** Made only for those who wait: few requests do. */
function goneSignal(response: ServerResponse): () => AbortSignal {
  let gone: AbortController | undefined;
  return () => {
    if (gone === undefined) {
      const controller = new AbortController();
      gone = controller;
      if (response.destroyed) controller.abort();
      response.once("close", () => controller.abort());
    }
    return gone.signal;
  };
}

const headerOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

async function exchange(request: IncomingMessage, response: ServerResponse, setup: ServerSetup): Promise<void> {
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) {
    send(response, replyWith(refusal(413, "The body is larger than 1 MiB"), setup.switches));
    return;
  }
  const { headers } = request;
  const received: Received = {
    verb: request.method ?? "",
    target: request.url ?? "",
    apiKey: headerOf(headers["x-api-key"]),
    fault: headerOf(headers[faultHeader]),
    origin: `http://${headers.host ?? "127.0.0.1"}`,
    text: body.toString("utf8"),
  };
  const reply = await setup.receive(received, goneSignal(response));
  if (!response.destroyed) send(response, reply);
}

/** An HTTP server; whatever goes wrong inside is a 500 and never the end of the process. */
export function httpServer(setup: ServerSetup): Server {
  return createServer({ keepAliveTimeout: keepAliveMillis }, (request, response) => {
    if (!isLocal(request)) {
      request.resume();
      send(
        response,
        replyWith(refusal(403, "The emulator answers under local names and addresses only"), setup.switches),
      );
      return;
    }
    if (setup.besides(request, response)) return;
    exchange(request, response, setup).catch((error: unknown) => {
      if (response.destroyed) return;
      if (response.headersSent) response.destroy();
      else
        send(
          response,
          replyWith(refusal(500, error instanceof Error ? error.message : "Unknown error"), setup.switches),
        );
    });
  });
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
