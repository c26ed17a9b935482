import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toFetchHandler, toNodeHandler } from "@equos-broker/core";
import { serve } from "@hono/node-server";
import { conformance, type ListeningHost } from "../src/index.js";

const listening = (port: number, close: () => Promise<void>): ListeningHost => ({
  origin: `http://127.0.0.1:${port}`,
  mount: `http://127.0.0.1:${port}/api/equos`,
  close,
});

/** A team routes to these handlers itself, so they look at the last segment only. */
const ownPaths = {
  "a doubled slash before an action": { status: 201, reason: "The team routes itself; only the last segment counts." },
};

conformance({
  name: "toNodeHandler on node:http",
  column: "node:http",
  parser: "none",
  knowsMount: false,
  own: {
    ...ownPaths,
    "a hook of the host that has destroyed the body": {
      status: 0,
      reason: "The body's stream is the connection: nobody is left to answer.",
    },
  },
  listen: async (broker) => {
    const handler = toNodeHandler(broker);
    const server = createServer(async (request, response) => {
      const hook = request.headers["x-host-hook"];
      if (hook === "reads") for await (const _ of request);
      if (hook === "destroys") request.destroy();
      if (hook === "rejects") response.writeHead(500).end("the host's own hook");
      else await handler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // An address of a listening TCP server is never a string or null.
    const { port } = server.address() as AddressInfo;
    return listening(port, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  },
});

conformance({
  name: "toFetchHandler on a web-standard server",
  column: "web-standard",
  own: ownPaths,
  parser: "none",
  knowsMount: false,
  listen: async (broker) => {
    const mounted = toFetchHandler(broker);
    const handler = async (request: Request) => {
      const hook = request.headers.get("x-host-hook");
      if (hook === "reads") await request.text();
      if (hook === "destroys") await request.body?.cancel();
      return hook === "rejects" ? new Response("the host's own hook", { status: 500 }) : await mounted(request);
    };
    return await new Promise((resolve) => {
      const server = serve({ fetch: handler, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
        resolve(
          listening(port, async () => {
            if ("closeAllConnections" in server) server.closeAllConnections();
            await new Promise((closed) => server.close(closed));
          }),
        ),
      );
    });
  },
});
