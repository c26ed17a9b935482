import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Exchange, Mountable, Reply } from "@equos-broker/core";
import { toExpress } from "@equos-broker/express";
import { toFastify } from "@equos-broker/fastify";
import { toNextHandlers } from "@equos-broker/next";
import express from "express";
import fastify, { type FastifyInstance } from "fastify";

// A process of its own: hosts with an adapter, and beside each the same host without one. Tells its CPU time when asked.

let made = 0;
/** The same class, whose constructions are counted. */
function counted<T extends abstract new (...args: never) => object>(original: T): T {
  return new Proxy(original, {
    construct(target, args, newTarget) {
      made += 1;
      return Reflect.construct(target, args, newTarget);
    },
  });
}
globalThis.Request = counted(globalThis.Request);
globalThis.Response = counted(globalThis.Response);

const headers = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "equos-delivery": "1",
};
const reply: Reply = { status: 200, headers, body: JSON.stringify({ consumerAccessToken: "e".repeat(450) }) };

/** What a broker asks of every exchange, and no more: what is measured is what stands around it. */
async function handle(exchange: Exchange): Promise<Reply> {
  for (const name of ["content-type", "origin", "sec-fetch-site", "content-length"]) exchange.header(name);
  await exchange.readBody(16_384);
  return reply;
}
const broker: Mountable<unknown> = { actions: ["start"], handle };

/** An exchange whose every part is there already. */
const ready: Exchange = {
  method: "POST",
  action: "start",
  header: () => undefined,
  readBody: async () => undefined,
  clientIp: "127.0.0.1",
  signal: new AbortController().signal,
  native: undefined,
  waitUntil: () => undefined,
};

async function listenExpress(mount: (app: express.Express) => void): Promise<Server> {
  const app = express();
  mount(app);
  return await listening(createServer(app));
}

const listening = (server: Server): Promise<Server> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));

async function listenFastify(mount: (app: FastifyInstance) => void): Promise<Server> {
  const app = fastify();
  mount(app);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return app.server;
}

/** Gives a handler a `Request`, and writes its `Response`. */
async function listenWeb(handler: (request: Request) => Promise<Response>): Promise<Server> {
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await buffer(incoming);
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    const request = new Request("http://x.example/api/equos/start", body.length === 0 ? init : { ...init, body });
    const response = await handler(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
  };
  return await listening(createServer((incoming, outgoing) => void serve(incoming, outgoing)));
}

const servers: Record<string, Server> = {
  express: await listenExpress((app) => app.use("/api/equos", toExpress(broker))),
  "express, bare": await listenExpress((app) => {
    app.post("/api/equos/start", async (_, response) => {
      const { status, body } = await handle(ready);
      response.writeHead(status, headers).end(body);
    });
  }),
  fastify: await listenFastify((app) => app.register(toFastify(broker), { prefix: "/api/equos" })),
  "fastify, bare": await listenFastify((app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    app.post("/api/equos/start", async (_, answer) => {
      const { status, body } = await handle(ready);
      return answer.code(status).headers(headers).send(body);
    });
  }),
  // What Next does with a handler's answer is Next's own, so these two stand behind the same small server of ours.
  next: await listenWeb(toNextHandlers(broker, { waitUntil: () => undefined }).POST),
  "next, bare": await listenWeb(async () => {
    const { status, body } = await handle(ready);
    return new Response(body, { status, headers });
  }),
};

// An address of a listening TCP server is never a string or null.
const ports = Object.entries(servers).map(([name, server]) => [name, (server.address() as AddressInfo).port]);
process.on("message", () => process.send?.({ cpu: process.cpuUsage(), made }));
process.send?.({ ports: Object.fromEntries(ports) });
