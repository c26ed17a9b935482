import { BrokerError } from "../errors.js";
import {
  type AuthorizeContext,
  checkMountable,
  concat,
  type Exchange,
  ignoreRejection,
  lastSegment,
  type Mountable,
} from "../exchange.js";
import { problemReply } from "../http/reply.js";

/** The type of `context.native` in `authorize` behind {@link serveFetch} and {@link toFetchHandler}. */
export interface FetchNative<TPlatform = undefined> {
  readonly request: Request;
  /** What the platform passes with each request: a Worker's bindings, SvelteKit's event. */
  readonly platform: TPlatform;
}

/**
 * What `authorize` receives behind {@link serveFetch} and {@link toFetchHandler}. `TPlatform` is your type of what the
 * platform passes with each request; such a broker mounts only where that is passed on.
 */
export type FetchContext<TPlatform = undefined> = AuthorizeContext<FetchNative<TPlatform>>;

/** What {@link serveFetch} takes with a request. */
export type FetchCall<TPlatform = undefined> = {
  /** The client's address, as your platform reports it. Default: unknown. */
  readonly clientIp?: string | undefined;
  /** Keeps a serverless function alive for work after the reply, for half a minute or so. */
  readonly waitUntil?: ((task: Promise<unknown>) => void) | undefined;
} & (undefined extends TPlatform ? { readonly platform?: TPlatform } : { readonly platform: TPlatform });

/**
 * Serves one web-standard request, on platforms that pass more than the request. The last segment of the path is the action;
 * any other than the broker's gets 404. Never rejects.
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
  { clientIp, waitUntil = ignoreRejection, platform }: FetchCall<TPlatform>,
): Promise<Response> {
  let controller: AbortController | undefined;
  let isAnswered = false;
  const exchange: Exchange<FetchNative<TPlatform>> = {
    method: request.method,
    action: lastSegment(request.url),
    header: (name) => request.headers.get(name) ?? undefined,
    readBody: (maxBytes) => readBody(request, maxBytes),
    clientIp,
    /** Created at first use. Not the request's own one, which Deno aborts after each response. */
    get signal() {
      if (controller !== undefined) return controller.signal;
      const created = new AbortController();
      controller = created;
      const abort = () => {
        if (!isAnswered) created.abort();
      };
      if (request.signal.aborted) abort();
      else request.signal.addEventListener("abort", abort, { once: true });
      return created.signal;
    },
    // Left out only if `undefined` is one of its values.
    native: { request, platform: platform as TPlatform },
    waitUntil: (task) => waitUntil(task),
  };
  const reply = (await broker.handle(exchange)) ?? problemReply(new BrokerError("unknown-action"));
  isAnswered = true;
  const { status, headers, body } = reply;
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((item): [string, string] => [name, item]),
  );
  return new Response(body, { status, headers: lines });
}

async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  if (request.bodyUsed) throw new BrokerError("body-unreadable");
  if (request.body === null) return undefined;
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(chunks);
    chunks.push(value);
    size += value.byteLength;
    if (size > maxBytes) {
      ignoreRejection(reader.cancel());
      throw new BrokerError("body-too-large");
    }
  }
}

/** Options of {@link toFetchHandler}. */
export interface FetchHandlerOptions extends Pick<FetchCall, "waitUntil"> {
  /** The client's address, as your platform reports it. Default: unknown. */
  readonly clientIp?: ((request: Request) => string | undefined) | undefined;
}

/**
 * Returns a `(request) => Promise<Response>` handler for every web-standard server. You route to it. The last segment of the
 * path is the action; any other than the broker's gets 404. If your platform passes more with each request (bindings,
 * `waitUntil`), use {@link serveFetch}.
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
