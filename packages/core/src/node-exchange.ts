import type { Exchange, Mountable, Reply } from "./exchange.js";
import { readNodeBody } from "./node-body.js";
import type { NodeRequest, NodeResponse } from "./node-types.js";

export interface NodeExchangeOptions<TNative> {
  readonly action: string;
  readonly native: TNative;
  readonly clientIp?: string | undefined;
}

/**
 * Serves one request of a server that hands out Node's request and response, for adapters of such frameworks.
 * `false`: the action is none of the broker's, and nothing was written.
 */
export async function serveNode<TNative>(
  broker: Mountable<TNative>,
  request: NodeRequest,
  response: NodeResponse,
  { action, native, clientIp }: NodeExchangeOptions<TNative>,
): Promise<boolean> {
  const gone = new AbortController();
  // The response closes once, and only early closing means that the client left. The request also "closes" after its
  // body was parsed, with the client still there.
  const closed = new Promise<void>((resolve) => {
    response.once("close", () => {
      if (!response.writableFinished) gone.abort();
      resolve();
    });
  });
  if (response.destroyed) gone.abort();
  const exchange: Exchange<TNative> = {
    method: request.method ?? "",
    action,
    header: (name) => headerOf(request, name),
    readBody: (maxBytes) => readNodeBody(request, maxBytes),
    clientIp: clientIp ?? request.socket?.remoteAddress,
    signal: gone.signal,
    native,
    // A Node server lives on after the reply.
    waitUntil: (task) => void task.catch(() => undefined),
  };
  const reply = await broker.handle(exchange);
  if (reply === null) return false;
  const begun = write(response, reply);
  if (begun && reply.undelivered !== undefined) await closed;
  if (!begun || !response.writableFinished) await reply.undelivered?.();
  return true;
}

function headerOf({ headers }: NodeRequest, name: string): string | undefined {
  // HTTP/2 has no Host header.
  const value = headers[name] ?? (name === "host" ? headers[":authority"] : undefined);
  return typeof value === "string" ? value : value?.[0];
}

/** Begins to write; `false` when that is no longer possible. */
function write(response: NodeResponse, reply: Reply): boolean {
  try {
    if (response.headersSent || response.destroyed) return false;
    writeReply(response, reply);
    return true;
  } catch {
    return false; // A host that has already ended the response, or refuses a header.
  }
}

/** Writes a reply with Node's own means; cookies that the host has set stay. */
export function writeReply(response: NodeResponse, reply: Reply): void {
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers)) {
    response.setHeader(name, name === "set-cookie" ? cookies(response, value) : value);
  }
  response.end(reply.body ?? undefined);
}

function cookies(response: NodeResponse, added: string | readonly string[]): string[] {
  const present = response.getHeader("set-cookie");
  const before = present === undefined ? [] : Array.isArray(present) ? present : [String(present)];
  return [...before, ...(typeof added === "string" ? [added] : added)];
}
