import {
  addVary,
  BrokerError,
  checkMountable,
  type Mountable,
  type NodeStream,
  type Reply,
  serveNode,
} from "@equos-broker/core";
import type {
  FastifyInstance,
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  FastifySerializerCompiler,
} from "fastify";
import type { FastifyNative } from "./context.js";
import { hidden, routeSchemas } from "./route-schemas.js";

/** Options of {@link toFastify}. */
export interface ToFastifyOptions {
  /** Close the broker when the app closes. Leave it off for a broker that others use too. Default `false`. */
  readonly closeOnClose?: boolean | undefined;
}

/**
 * Mounts a broker as a Fastify plugin: `start`, `stop`, `keepalive` and `token` below the prefix. Its parsers and validator
 * stay in its own scope; your hooks, decorators and plugins apply to it.
 *
 * @example
 * ```ts
 * app.register(toFastify(broker, { closeOnClose: true }), { prefix: "/api/equos" });
 * ```
 */
export function toFastify(
  broker: Mountable<FastifyNative> & { close?(): Promise<void> },
  { closeOnClose = false }: ToFastifyOptions = {},
): FastifyPluginCallback {
  checkMountable(broker);
  // No fastify-plugin around it: that would take the prefix away.
  return (scope, _, done) => {
    checkMount(scope, broker.actions);
    // Bodies arrive unread: who asks, and with which type, is looked at first. Schemas are documentation only.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
    scope.setValidatorCompiler(() => () => true);
    scope.setSerializerCompiler(noSerializer);
    const { ignoreTrailingSlash, routerOptions } = scope.initialConfig;
    const forgiving = routerOptions?.ignoreTrailingSlash ?? ignoreTrailingSlash;
    for (const action of broker.actions) {
      const handler = (request: FastifyRequest, reply: FastifyReply) => serve(broker, action, request, reply);
      scope.post(`/${action}`, { schema: routeSchemas[action] ?? hidden }, handler);
      const refused = { method: ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"], exposeHeadRoute: false };
      scope.route({ ...refused, url: `/${action}`, schema: hidden, handler });
      if (!forgiving) scope.route({ method: ["POST", "OPTIONS"], url: `/${action}/`, schema: hidden, handler });
    }
    if (closeOnClose) scope.addHook("preClose", async () => await broker.close?.());
    done();
  };
}

/**
 * Logs in development where the prefix names an action as well.
 *
 * @throws BrokerError `invalid-option` when the plugin is used as a route's handler
 */
function checkMount(scope: FastifyInstance, actions: readonly string[]): void {
  if (typeof scope.register !== "function") {
    const hint = 'toFastify(broker) is a plugin, no handler: app.register(toFastify(broker), { prefix: "/api/equos" })';
    throw new BrokerError("invalid-option", { hint });
  }
  const [, mount = "", action = ""] = /^(.*)\/([^/]+)\/?$/.exec(scope.prefix) ?? [];
  if (globalThis.process?.env.NODE_ENV === "production" || !actions.includes(action)) return;
  const message =
    `equos-broker: the prefix "${scope.prefix}" makes the route ${scope.prefix}/${action}. ` +
    `For ${mount}/${action} register toFastify with the prefix "${mount}".`;
  if (typeof scope.log.level === "string") scope.log.warn(message);
  // biome-ignore lint/suspicious/noConsole: the app has no logger, and the broker's cannot be reached from here
  else console.warn(message);
}

/**
 * Compiles no serializer, so that Fastify writes a body of the app's as on a route without a schema. The errors of its hooks
 * and plugins have fields that a serializer of ours would leave out. Fastify's type does not know that this is possible.
 */
const noSerializer = (() => undefined) as unknown as FastifySerializerCompiler<unknown>;

async function serve(
  broker: Mountable<FastifyNative>,
  action: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // How often something was sent, by whom ever: `reply.sent` says so only when the app's own onSend hooks are through.
  let sent = 0;
  const { send } = reply;
  reply.send = (payload) => {
    sent += 1;
    return send.call(reply, payload);
  };
  const served = await serveNode(broker, request.raw, reply.raw, {
    action,
    native: { request, reply },
    clientIp: request.ip,
    // Without a logger Fastify hands out one that drops everything, and that has no level.
    logger: typeof request.log.level === "string" ? request.log : undefined,
    body: request.body as NodeStream | undefined, // What the parser above has passed on.
    write: (answer) => (sent > 0 || reply.sent ? undefined : write(reply, answer)),
    replaced: () => sent !== 1,
  });
  if (!served) reply.callNotFound();
  return reply;
}

/** By Fastify's own means, so that the app's hooks see it. */
function write(reply: FastifyReply, { status, headers, body }: Reply): void {
  const vary = headers.vary === undefined ? {} : { vary: addVary(reply.getHeader("vary"), String(headers.vary)) };
  // Fastify adds a cookie to those that are there, and writes nothing into a list.
  reply.code(status).headers({ ...headers, ...vary } as Record<string, string | string[]>);
  reply.send(body ?? undefined);
}
