import type { Grant, Mountable, Problem, Reply, StartRequestBody, Stopped } from "@equos-broker/core";
import { type ActionFailure, type ActionOptions, actionOf } from "./call-action.js";
import type { NextNative } from "./context.js";

/** `delivery` goes into the page's `leaving` stop, as the header `Equos-Delivery` of the route. */
export type StartActionResult = { readonly ok: true; readonly grant: Grant; readonly delivery: number } | ActionFailure;
/** What the server action for a stop gives. */
export type StopActionResult = ({ readonly ok: true } & Stopped) | ActionFailure;

/** As the body of the route `stop`. */
export interface StopActionBody {
  readonly id?: string | undefined;
  readonly token?: string | undefined;
  readonly delivery?: number | undefined;
  readonly leaving?: boolean | undefined;
}

/**
 * A server action that starts a conversation, with the same `authorize` and the same guards as the route. Never throws for
 * what a route would refuse. A `Set-Cookie` of `authorize` is not sent: use Next's `cookies()` in there.
 *
 * @example
 * ```ts
 * "use server";
 * import { headers } from "next/headers";
 * import { after } from "next/server";
 * export const start = startAction(broker, { headers, waitUntil: after });
 * ```
 */
export function startAction(
  broker: Mountable<NextNative>,
  options: ActionOptions = {},
): (body?: StartRequestBody) => Promise<StartActionResult> {
  const call = actionOf(broker, "start", options);
  return async (request) => {
    const { reply, body } = await call(request);
    // The routes' own answers, as docs/http.md tells them.
    if (reply.status >= 300) return failure(reply, body as Problem);
    return { ok: true, grant: body as Grant, delivery: Number(reply.headers["equos-delivery"]) };
  };
}

/** A server action that stops a conversation, as the route `stop` does. See {@link startAction}. */
export function stopAction(
  broker: Mountable<NextNative>,
  options: ActionOptions = {},
): (body?: StopActionBody) => Promise<StopActionResult> {
  const call = actionOf(broker, "stop", options);
  return async (request) => {
    const { reply, body } = await call(request);
    // As above.
    return reply.status >= 300 ? failure(reply, body as Problem) : { ok: true, ...(body as Stopped) };
  };
}

function failure({ headers }: Reply, problem: Problem): ActionFailure {
  const seconds = headers["retry-after"];
  return { ok: false, problem, ...(seconds === undefined ? {} : { retryAfterSeconds: Number(seconds) }) };
}
