import { BrokerError } from "./errors.js";
import type { AuthorizeContext, Mountable } from "./exchange.js";
import { problemReply } from "./http/reply.js";
import { lastSegment } from "./last-segment.js";
import { consoleLogger, guarded } from "./logger.js";
import { checkMountable } from "./mountable.js";
import { serveNode, writeReply } from "./node-exchange.js";
import type { NodeRequest, NodeResponse } from "./node-types.js";

/** What `authorize` is given behind {@link toNodeHandler}; annotate with your own request type where you have one. */
export type NodeContext<
  TRequest extends NodeRequest = NodeRequest,
  TResponse extends NodeResponse = NodeResponse,
> = AuthorizeContext<{ readonly req: TRequest; readonly res: TResponse }>;

/**
 * A `(req, res)` handler for `node:http`, the Pages API of Next, and whatever else hands out Node's objects. You route
 * to it; the last segment of the path is the action, and any other than the broker's answers 404.
 *
 * @example
 * ```ts
 * http.createServer(toNodeHandler(broker)).listen(3000);
 * ```
 */
export function toNodeHandler<TRequest extends NodeRequest, TResponse extends NodeResponse>(
  broker: Mountable<{ readonly req: TRequest; readonly res: TResponse }>,
): (req: TRequest, res: TResponse) => Promise<void> {
  checkMountable(broker);
  return async (req, res) => {
    const action = lastSegment(req.url ?? "");
    try {
      if (await serveNode(broker, req, res, { action, native: { req, res } })) return;
      if (!res.headersSent) writeReply(res, problemReply(new BrokerError("unknown-action")));
    } catch (error) {
      // Nobody behind this handler would answer, or tell. The message may quote a header, such as a cookie.
      const name = error instanceof Error ? error.name : typeof error;
      guarded(consoleLogger).error(
        { action, error: name },
        "A reply could not be written; what was started is stopped",
      );
      if (!res.headersSent) res.statusCode = 500;
      res.end();
    }
  };
}
