import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type AnyBroker, type Host, type HostParser, type ListeningHost, pageOrigin } from "@equos-broker/conformance";
import { type ExpressRequest, type NodeResponse, toExpress } from "@equos-broker/express";
import cors from "cors";
import express5 from "express";
import express4 from "express4";

export type Middleware = ReturnType<typeof toExpress>;

/** What both majors have, in the form that both accept: their own handler types do not fit each other. */
interface AnyExpress {
  (): AnyApp;
  Router(): AnyApp;
  json(): Middleware;
  urlencoded(options: { extended: boolean }): Middleware;
  text(options: { type: string }): Middleware;
  raw(options: { type: string }): Middleware;
}
export interface AnyApp extends Middleware {
  set(setting: string, value: unknown): unknown;
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

/** What the header `x-host-hook` says, as code of the team's own before the broker may do it. */
const hostHook: Middleware = (req, _res, next) => {
  const hook = req.headers["x-host-hook"];
  if (hook === "reads") {
    req.on("end", () => next());
    req.resume();
    return;
  }
  // A request is more than the part of it that the adapter needs.
  if (hook === "destroys") (req as unknown as IncomingMessage).destroy();
  next(hook === "rejects" ? new Error("the host's own hook") : undefined);
};

const theConnection = { status: 0, reason: "The body's stream is the connection: nobody is left to answer." };

/** An app with the broker mounted two routers deep, and a route of its own beside the mount. */
export async function listenExpress(
  major: 4 | 5,
  parser: HostParser,
  broker: AnyBroker,
  plugins: readonly Middleware[] = [],
  trusted: number | string = 0,
): Promise<ListeningHost> {
  const express = majors[major];
  const app = express();
  app.set("trust proxy", trusted);
  app.use(hostHook);
  for (const plugin of plugins) app.use(plugin);
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
  const { origin, close } = await listen(app);
  return { origin, mount: `${origin}/api/v1/equos`, close };
}

/** An app that a test makes by itself. */
export async function listening(major: 4 | 5, more: (app: AnyApp) => void) {
  const app = majors[major]();
  more(app);
  return await listen(app);
}

async function listen(app: AnyApp): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const server = await new Promise<import("node:http").Server>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  // An address of a listening TCP server is never a string or null.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const foldsSlashes = { status: 201, reason: "Express 4 folds doubled slashes before it routes." };

export const expressHosts: readonly Host[] = ([4, 5] as const).flatMap((major) =>
  // Each key is a HostParser, which Object.keys does not say.
  (Object.keys(parsers) as HostParser[]).map((parser) => ({
    name: `Express ${major} ${parser === "none" ? "without a parser" : `behind ${parser}`}`,
    column: parser === "none" ? `Express ${major}` : `Express ${major} behind a parser`,
    parser,
    knowsMount: true,
    own: {
      "a hook of the host that has destroyed the body": theConnection,
      ...(major === 4 ? { "a doubled slash before an action": foldsSlashes } : {}),
    },
    listen: (broker: AnyBroker) => listenExpress(major, parser, broker),
    // Built for both majors, and typed for neither's handlers.
    listenBesideCors: (broker: AnyBroker) =>
      listenExpress(major, parser, broker, [cors({ origin: pageOrigin, credentials: true }) as unknown as Middleware]),
  })),
);
