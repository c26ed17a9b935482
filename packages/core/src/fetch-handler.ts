import type { Mountable } from "./exchange.js";
import { checkMountable } from "./mountable.js";
import { type FetchNative, serveFetch } from "./serve-fetch.js";

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
