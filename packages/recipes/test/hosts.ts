import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AnyBroker, ListeningHost } from "@equos-broker/conformance";
import Koa from "koa";
import { toKoa } from "../src/to-koa.js";
import { toListener } from "../src/to-listener.js";

/** Code of the host's own before the adapter. `true`: the host has answered. */
export type Before = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export async function listening(server: Server): Promise<ListeningHost> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An address of a listening TCP server is never a string or null.
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    mount: `${origin}/api/equos`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The adapters of docs/writing-an-adapter.md, each on a server of its own. */
export const adapters: Readonly<Record<string, (broker: AnyBroker, before: Before) => Promise<ListeningHost>>> = {
  toListener: (broker, before) => {
    const serve = toListener(broker, "/api/equos");
    const server = createServer(async (request, response) => {
      if (await before(request, response)) return;
      if (!(await serve(request, response))) response.writeHead(404).end("the host's own 404");
    });
    return listening(server);
  },
  toKoa: (broker, before) => {
    const app = new Koa();
    app.silent = true;
    app.use(async (ctx, next) => {
      if (await before(ctx.req, ctx.res)) ctx.respond = false;
      else await next();
    });
    app.use(toKoa(broker, "/api/equos"));
    return listening(createServer(app.callback()));
  },
};
