import { type AuthorizeContext, checkMountable, type Mountable, serveNode } from "@equos-broker/core";
import type { Context, Middleware } from "koa";

/** What `authorize` finds in `context.native`. */
export interface KoaNative {
  readonly ctx: Context;
}

export type KoaContext = AuthorizeContext<KoaNative>;

/**
 * Mounts a broker as Koa middleware. Koa knows no mounts, so the path is told.
 *
 * @example
 * ```ts
 * app.use(toKoa(broker, "/api/equos"));
 * ```
 */
export function toKoa(broker: Mountable<KoaNative>, mount: string): Middleware {
  checkMountable(broker);
  return async (ctx, next) => {
    const action = broker.actions.find((one) => ctx.path === `${mount}/${one}` || ctx.path === `${mount}/${one}/`);
    if (action === undefined) return await next();
    // From here on the answer is the broker's; Koa is to write none of its own.
    ctx.respond = false;
    // Koa's parsers read the body and keep the result to themselves. Where none has run there is nothing to hand on.
    if ("body" in ctx.request) Object.assign(ctx.req, { body: ctx.request.body });
    await serveNode(broker, ctx.req, ctx.res, { action, native: { ctx }, clientIp: ctx.ip });
  };
}
