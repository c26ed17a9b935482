import { BrokerError } from "../errors.js";
import {
  type AuthorizeContext,
  checkMountable,
  type Exchange,
  joined,
  lastSegment,
  type Mountable,
  type Reply,
} from "../exchange.js";
import { problemReply } from "../http/reply.js";

/** What `authorize` finds in `context.native` behind {@link serveFetch} and `toFetchHandler`. */
export interface FetchNative<TPlatform = undefined> {
  readonly request: Request;
  /** What the platform gives beside each request: a Worker's bindings, SvelteKit's event. */
  readonly platform: TPlatform;
}

/**
 * What `authorize` is given behind {@link serveFetch} and `toFetchHandler`. `TPlatform`: your type of what the platform
 * gives beside each request; such a broker mounts only where that is passed.
 */
export type FetchContext<TPlatform = undefined> = AuthorizeContext<FetchNative<TPlatform>>;

/** What goes with one request. */
export type FetchCall<TPlatform = undefined> = {
  /** The client's address, from wherever your platform keeps it. Default: unknown. */
  readonly clientIp?: string | undefined;
  /** Keeps a serverless function alive for work after the reply, for half a minute or so. */
  readonly waitUntil?: ((task: Promise<unknown>) => void) | undefined;
} & (undefined extends TPlatform ? { readonly platform?: TPlatform } : { readonly platform: TPlatform });

/**
 * Serves one web-standard request, where the platform gives more with each than the request alone. The last segment of the
 * path is the action, and any other than the broker's answers 404. Never rejects.
 *
 * @example
 * ```ts
 * export default {
 *   fetch: (request, env, context) =>
 *     serveFetch(broker, request, { platform: env, waitUntil: (task) => context.waitUntil(task) }),
 * } satisfies ExportedHandler<Env>; // Cloudflare Workers
 * ```
 */
export async function serveFetch<TPlatform = undefined>(
  broker: Mountable<FetchNative<TPlatform>>,
  request: Request,
  { clientIp, waitUntil = forget, platform }: FetchCall<TPlatform>,
): Promise<Response> {
  const departure = new FetchDeparture(request.signal);
  const exchange: Exchange<FetchNative<TPlatform>> = {
    method: request.method,
    action: lastSegment(request.url),
    header: (name) => request.headers.get(name) ?? undefined,
    readBody: (maxBytes) => readBody(request, maxBytes),
    clientIp,
    get signal() {
      return departure.signal;
    },
    // Left out only where `undefined` is one of its values.
    native: { request, platform: platform as TPlatform },
    waitUntil: (task) => waitUntil(task),
  };
  const reply = await broker.handle(exchange);
  departure.settle();
  return toResponse(reply ?? problemReply(new BrokerError("unknown-action")));
}

/** A client that left before the reply. Deno aborts a request's own signal after each answer, too. */
class FetchDeparture {
  readonly #request: AbortSignal;
  #controller: AbortController | undefined;
  #settled = false;

  constructor(request: AbortSignal) {
    this.#request = request;
  }

  /** Listens only when somebody asks for it. */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = new AbortController();
    this.#controller = controller;
    const onAbort = () => {
      if (!this.#settled) controller.abort();
    };
    if (this.#request.aborted) onAbort();
    else this.#request.addEventListener("abort", onAbort, { once: true });
    return controller.signal;
  }

  settle(): void {
    this.#settled = true;
  }
}

const forget = (task: Promise<unknown>): void => void task.catch(() => undefined);

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

/** Options of {@link toFetchHandler}. */
export interface FetchHandlerOptions {
  /** The client's address, from wherever your platform keeps it. Default: unknown. */
  readonly clientIp?: ((request: Request) => string | undefined) | undefined;
  /** Keeps a serverless function alive for work after the reply. */
  readonly waitUntil?: ((task: Promise<unknown>) => void) | undefined;
}

/**
 * A `(request) => Promise<Response>` handler for every web-standard server. You route to it; the last segment of the
 * path is the action, and any other than the broker's answers 404. Where a platform gives more with each request (bindings,
 * `waitUntil`), take {@link serveFetch}.
 *
 * @throws BrokerError `invalid-option`
 *
 * @example
 * ```ts
 * const handler = toFetchHandler(broker);
 * app.post("/api/equos/:action", (c) => handler(c.req.raw)); // Hono
 * ```
 */
export function toFetchHandler(
  broker: Mountable<FetchNative>,
  { clientIp, waitUntil }: FetchHandlerOptions = {},
): (request: Request) => Promise<Response> {
  checkMountable(broker);
  return async (request) => await serveFetch(broker, request, { clientIp: clientIp?.(request), waitUntil });
}
