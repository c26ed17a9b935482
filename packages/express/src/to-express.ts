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
  readonly originalUrl?: string | undefined;
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
  const watch = mountWatch(broker.actions);
  return (req, res, next) => {
    // Below a mount Express has cut the mount's path off; only a single segment is ours.
    const action = /^\/([^/?]+)\/?(?:\?|$)/.exec(req.url ?? "")?.[1];
    if (action === undefined) {
      watch(req, res);
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

/**
 * Watches requests that end in one of the actions, and that the middleware does not recognise where it is mounted. Logs the
 * first one that gets a 404, in development.
 */
function mountWatch(actions: readonly string[]): (req: ExpressRequest, res: NodeResponse) => void {
  let isLogged = false;
  return ({ method, originalUrl = "" }, res) => {
    if (isLogged || globalThis.process?.env.NODE_ENV === "production") return;
    const [, mount = "", action = ""] = /^((?:[^?]*[^/?])?)\/([^/?]+)\/?(?:\?|$)/.exec(originalUrl) ?? [];
    if (!actions.includes(action)) return;
    res.once("finish", () => {
      if (isLogged || res.statusCode !== 404) return;
      isLogged = true;
      const path = `${mount}/${action}`;
      // biome-ignore lint/suspicious/noConsole: the broker's logger cannot be reached from here
      console.warn(
        `equos-broker: ${method} ${path} got 404. toExpress serves one segment below its mount, and it is mounted elsewhere. ` +
          `Mount it with app.use("${mount || "/"}", toExpress(broker)): not with app.post or another route, and without "/${action}".`,
      );
    });
  };
}
