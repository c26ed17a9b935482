import {
  type AuthorizeContext,
  checkMountable,
  type Mountable,
  type NodeRequest,
  type NodeResponse,
  serveNode,
} from "@equos-broker/core";

declare global {
  namespace Express {
    // Merges with what @types/express, passport, express-session and the team itself declare here.
    interface Request {}
  }
}

/** Express' request, by its structure: the handler types of Express 4 and 5 do not fit each other. */
export interface ExpressRequest extends NodeRequest, Express.Request {
  readonly ip?: string | undefined;
}

/** Express' request and response, as `authorize` finds them in `context.native`. */
export interface ExpressNative {
  readonly req: ExpressRequest;
  readonly res: NodeResponse;
}

/** What `authorize` is given on Express. Fields that middlewares add to `Express.Request` are on `native.req`. */
export type ExpressContext = AuthorizeContext<ExpressNative>;

/**
 * Mounts a broker as Express middleware, 4 and 5, with or without a body parser before it. Below the mount, `start`,
 * `stop`, `keepalive` and `token` are the broker's; every other path goes to your next route.
 *
 * @example
 * ```ts
 * app.use("/api/equos", toExpress(broker));
 * ```
 */
export function toExpress(
  broker: Mountable<ExpressNative>,
): (req: ExpressRequest, res: NodeResponse, next: (error?: unknown) => void) => void {
  checkMountable(broker);
  return (req, res, next) => {
    // Below a mount Express has cut the mount's path off; only a single segment is ours.
    const action = /^\/([^/?]+)\/?(?:\?|$)/.exec(req.url ?? "")?.[1];
    if (action === undefined) {
      next();
      return;
    }
    // Express 4 does not look at a returned promise, so none is.
    serveNode(broker, req, res, { action, native: { req, res }, clientIp: req.ip }).then(
      (served) => {
        if (!served) next();
      },
      (error: unknown) => next(error),
    );
  };
}
