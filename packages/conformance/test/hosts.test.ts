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

conformance({
  name: "toNodeHandler on node:http",
  parser: "none",
  knowsMount: false,
  listen: async (broker) => {
    const server = createServer(toNodeHandler(broker));
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
  parser: "none",
  knowsMount: false,
  listen: async (broker) => {
    const handler = toFetchHandler(broker);
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
