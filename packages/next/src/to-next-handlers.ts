import { BrokerError, type Mountable, toFetchHandler } from "@equos-broker/core";
import type { NextNative } from "./context.js";

/** Options of {@link toNextHandlers}. */
export interface NextHandlersOptions {
  /** `after` of `next/server`: keeps a server or function alive until all is done, though the client may have left. */
  readonly waitUntil: (task: Promise<unknown>) => void;
  /** The client's address, from the header that your platform sets and clients cannot. Default: unknown. */
  readonly clientIp?: ((request: { readonly headers: Pick<Headers, "get"> }) => string | undefined) | undefined;
}

/** One argument each: Next 15 refuses a second one that it does not know. */
export interface NextHandlers {
  readonly POST: (request: Request) => Promise<Response>;
  readonly OPTIONS: (request: Request) => Promise<Response>;
}

/**
 * Mounts a broker as the route handlers of `app/…/[action]/route.ts`, for Next 15 and 16. The last segment of the path is
 * the action; any other than the broker's answers 404. Other methods than these Next answers itself.
 *
 * @throws BrokerError `invalid-option`
 *
 * @example
 * ```ts
 * // app/api/equos/[action]/route.ts
 * import { after } from "next/server";
 * export const { POST, OPTIONS } = toNextHandlers(broker, { waitUntil: after });
 * ```
 */
export function toNextHandlers(broker: Mountable<NextNative>, options: NextHandlersOptions): NextHandlers {
  if (typeof options?.waitUntil !== "function") {
    throw new BrokerError("invalid-option", {
      hint: 'toNextHandlers: option "waitUntil" must be `after` of next/server',
    });
  }
  const { waitUntil, clientIp } = options;
  const handler = toFetchHandler(broker, { waitUntil: (task) => waitUntil(task), clientIp });
  return { POST: handler, OPTIONS: handler };
}
