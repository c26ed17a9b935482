import type { AddressInfo } from "node:net";
import type { AnyBroker, Host, HostParser, ListeningHost } from "@equos-broker/conformance";
import { type ExpressRequest, type NodeResponse, toExpress } from "@equos-broker/express";
import express5 from "express";
import express4 from "express4";

type Middleware = ReturnType<typeof toExpress>;

/** What both majors have, in the form that both accept: their own handler types do not fit each other. */
interface AnyExpress {
  (): AnyApp;
  Router(): AnyApp;
  json(): Middleware;
  urlencoded(options: { extended: boolean }): Middleware;
  text(options: { type: string }): Middleware;
  raw(options: { type: string }): Middleware;
}
interface AnyApp extends Middleware {
  use(path: string, handler: Middleware): unknown;
  use(handler: Middleware): unknown;
  post(path: string, handler: Middleware): unknown;
  listen(port: number, host: string, listening: () => void): import("node:http").Server;
}

// Called through the structure above only, which each of them has.
const majors = { 4: express4 as unknown as AnyExpress, 5: express5 as unknown as AnyExpress };

const parsers = {
  none: () => [],
  json: (express) => [express.json()],
  "json+urlencoded": (express) => [express.json(), express.urlencoded({ extended: true })],
  text: (express) => [express.text({ type: "*/*" })],
  raw: (express) => [express.raw({ type: "*/*" })],
} satisfies Record<HostParser, (express: AnyExpress) => Middleware[]>;

/** The answer of the host's own route beside the broker's mount. */
export const hostRouteAnswer = "the host's own token route";

/** An app with the broker mounted two routers deep, and a route of its own beside the mount. */
export async function listenExpress(major: 4 | 5, parser: HostParser, broker: AnyBroker): Promise<ListeningHost> {
  const express = majors[major];
  const app = express();
  for (const middleware of parsers[parser](express)) app.use(middleware);
  const api = express.Router();
  const inner = express.Router();
  inner.use("/equos", toExpress(broker));
  api.use("/v1", inner);
  app.use("/api", api);
  // A second mount at /api itself, as hosts do it; what is not the broker's goes on to the routes below.
  app.use("/api", toExpress(broker));
  app.post("/api/oauth/token", ((_: ExpressRequest, res: NodeResponse) => res.end(hostRouteAnswer)) as Middleware);
  app.post("/api/begin", ((_: ExpressRequest, res: NodeResponse) => res.end(hostRouteAnswer)) as Middleware);
  const server = await new Promise<import("node:http").Server>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  // An address of a listening TCP server is never a string or null.
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    mount: `${origin}/api/v1/equos`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const expressHosts: readonly Host[] = ([4, 5] as const).flatMap((major) =>
  // Each key is a HostParser, which Object.keys does not say.
  (Object.keys(parsers) as HostParser[]).map((parser) => ({
    name: `Express ${major} ${parser === "none" ? "without a parser" : `behind ${parser}`}`,
    parser,
    knowsMount: true,
    listen: (broker: AnyBroker) => listenExpress(major, parser, broker),
  })),
);
