import {
  type Action,
  BrokerError,
  checkMountable,
  type Exchange,
  type Mountable,
  type Problem,
} from "@equos-broker/core";
import { textOf } from "./action-argument.js";
import type { NextNative } from "./context.js";

/** Options of the server actions. */
export interface ActionOptions {
  /**
   * `headers` of `next/headers`. With it `authorize` can read the request's headers, as `visitors` does, and the origin
   * rule is checked here too. Without it Next's own check of a server action's origin has to do.
   */
  readonly headers?: (() => Pick<Headers, "get"> | Promise<Pick<Headers, "get">>) | undefined;
  /** `after` of `next/server`, as for `toNextHandlers`. Needed where nothing runs on after the answer. */
  readonly waitUntil?: ((task: Promise<unknown>) => void) | undefined;
  /** As for `toNextHandlers`; needs `headers`. */
  readonly clientIp?: ((request: { readonly headers: Pick<Headers, "get"> }) => string | undefined) | undefined;
}

/** Why an action came to nothing, as the routes would have answered it. */
export interface ActionFailure {
  readonly ok: false;
  readonly problem: Problem;
  /** What a route tells in `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** What a body's own headers would say; a server action's are about React's own encoding. */
const own: Readonly<Record<string, string | undefined>> = {
  "content-type": "application/json",
  "content-length": undefined,
};

/** Takes an action of the broker by the same way as a route: the same guards, in the same order. */
export function actionOf(broker: Mountable<NextNative>, action: Action, options: ActionOptions) {
  checkMountable(broker);
  return async (body: unknown) => {
    const headers = await options.headers?.();
    const exchange: Exchange<NextNative> = {
      method: "POST",
      action,
      header: (name) =>
        Object.hasOwn(own, name) ? own[name] : headers === undefined ? without(name) : (headers.get(name) ?? undefined),
      readBody: async (maxBytes) => textOf(body, maxBytes),
      clientIp: headers && options.clientIp?.({ headers }),
      // Next tells an action nothing of a client that leaves: the time to join finds those.
      signal: new AbortController().signal,
      native: {},
      waitUntil: (task) => (options.waitUntil ? options.waitUntil(task) : void task.catch(() => undefined)),
    };
    const reply = await broker.handle(exchange);
    if (reply === null) throw new BrokerError("invalid-option", { hint: `What the action calls has no ${action}` });
    return { reply, body: JSON.parse(reply.body ?? "null") as unknown };
  };
}

function without(name: string): undefined {
  if (name !== "cookie") return undefined;
  const hint =
    "A server action has no headers for authorize: give startAction and stopAction { headers } of next/headers";
  throw new BrokerError("invalid-option", { hint });
}
