import type { IncomingMessage, ServerResponse } from "node:http";
import type { Exchange, Mountable, Reply } from "@equos-broker/core";
import { type AuthorizeContext, addVary, BrokerError, checkMountable } from "@equos-broker/core";

/** What `authorize` finds in `context.native`: whatever your framework's users know. */
export interface ListenerNative {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export type ListenerContext = AuthorizeContext<ListenerNative>;

/** Serves the actions below the mount. `false`: the path is the host's own, and nothing was written. */
export function toListener(broker: Mountable<ListenerNative>, mount: string) {
  checkMountable(broker);
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const path = request.url?.split("?", 1)[0];
    const action = broker.actions.find((one) => path === `${mount}/${one}` || path === `${mount}/${one}/`);
    if (action === undefined) return false;
    const { closed, signal } = watch(response);
    const exchange: Exchange<ListenerNative> = {
      method: request.method ?? "",
      action,
      header: (name) => [request.headers[name]].flat()[0],
      readBody: (maxBytes) => readBody(request, maxBytes),
      clientIp: request.socket.remoteAddress,
      signal,
      native: { request, response },
      // A process that lives on has nothing to keep alive.
      waitUntil: (task) => void task.catch(() => undefined),
    };
    const reply = await broker.handle(exchange);
    if (reply === null) return false;
    let isOurs = false;
    try {
      // Somebody else may have answered meanwhile, such as a time limit of the host's.
      if (!signal.aborted && !response.headersSent) {
        write(response, reply);
        isOurs = true;
      }
      if (isOurs && reply.undelivered !== undefined) await closed;
    } finally {
      // Not written, or not to its end: nobody has it.
      if (!isOurs || !response.writableFinished) await reply.undelivered?.();
    }
    return true;
  };
}

/** The response tells of a client that left; the request also closes when its body has been read. */
function watch(response: ServerResponse) {
  const departure = new AbortController();
  const closed = new Promise<void>((resolve) => {
    const close = () => {
      if (!response.writableFinished) departure.abort();
      resolve();
    };
    if (response.closed) close();
    else response.once("close", close);
  });
  return { closed, signal: departure.signal };
}

function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // Somebody else has had it, or the beginning of it: what is left would be another request.
    if (request.readableDidRead || request.destroyed) return reject(new BrokerError("body-unreadable"));
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      // What comes after that is dropped, so that the refusal still gets through.
      if (size > maxBytes) reject(new BrokerError("body-too-large"));
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("close", () => reject(new BrokerError("body-unreadable")));
  });
}

/** Cookies and `Vary` are added to what the host has set; all else is the broker's. */
function write(response: ServerResponse, { status, headers, body }: Reply): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (name === "set-cookie") response.appendHeader(name, value);
    else if (name === "vary") response.setHeader(name, addVary(response.getHeader(name), String(value)));
    else response.setHeader(name, value);
  }
  response.end(body ?? undefined);
}
