import { BrokerError } from "./errors.js";
import type { AuthorizeContext, Exchange, Mountable, Reply } from "./exchange.js";
import { problemReply } from "./http/reply.js";
import { joined } from "./joined.js";
import { lastSegment } from "./last-segment.js";
import { checkMountable } from "./mountable.js";

/** What `authorize` is given behind {@link toFetchHandler}. */
export type FetchContext = AuthorizeContext<{ readonly request: Request }>;

export interface FetchHandlerOptions {
  /** The client's address, from wherever your platform keeps it. Default: unknown. */
  readonly clientIp?: ((request: Request) => string | undefined) | undefined;
  /** Keeps a serverless function alive for work after the reply. */
  readonly waitUntil?: ((task: Promise<unknown>) => void) | undefined;
}

/**
 * A `(request) => Promise<Response>` handler for every web-standard server. You route to it; the last segment of the
 * path is the action, and any other than the broker's answers 404.
 *
 * @example
 * ```ts
 * const handler = toFetchHandler(broker);
 * app.post("/api/equos/:action", (c) => handler(c.req.raw)); // Hono
 * ```
 */
export function toFetchHandler(
  broker: Mountable<{ readonly request: Request }>,
  { clientIp, waitUntil = (task) => void task.catch(() => undefined) }: FetchHandlerOptions = {},
): (request: Request) => Promise<Response> {
  checkMountable(broker);
  return async (request) => {
    const exchange: Exchange<{ readonly request: Request }> = {
      method: request.method,
      action: lastSegment(request.url),
      header: (name) => request.headers.get(name) ?? undefined,
      readBody: (maxBytes) => readBody(request, maxBytes),
      clientIp: clientIp?.(request),
      signal: request.signal,
      native: { request },
      waitUntil,
    };
    const reply = await broker.handle(exchange);
    return toResponse(reply ?? problemReply(new BrokerError("unknown-action")));
  };
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  if (request.bodyUsed) throw new BrokerError("body-unreadable");
  if (request.body === null) return undefined;
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(chunks, size);
    chunks.push(value);
    size += value.byteLength;
    if (size > maxBytes) {
      reader.cancel().catch(() => undefined);
      throw new BrokerError("body-too-large");
    }
  }
}

function toResponse({ status, headers, body }: Reply): Response {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === "string" ? [value] : value) result.append(name, one);
  }
  return new Response(body, { status, headers: result });
}
