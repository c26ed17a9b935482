import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ConversationBroker, memoryStore, toNodeHandler } from "@equos-broker/core";
import { toFastify } from "@equos-broker/fastify";
import fastify from "fastify";

// A process of its own: brokers without any guard beyond the defaults, on the two cheapest hosts.

const [endpoint = "", apiKey = "", character = ""] = process.argv.slice(2);
const brokerFor = (deployment: string) =>
  new ConversationBroker({
    authorize: ({ native }: import("@equos-broker/core").NodeContext) => ({
      identity: String(native.req.headers["x-user"]),
      name: "Ada",
    }),
    characters: { guide: character },
    apiKey,
    endpoint,
    deployment,
    store: memoryStore({ singleProcess: true }),
  });

const plain = createServer(toNodeHandler(brokerFor("plain")));
await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));

const app = fastify();
const onFastify = new ConversationBroker({
  authorize: ({ native: { request } }: import("@equos-broker/fastify").FastifyContext) => ({
    identity: String(request.headers["x-user"]),
    name: "Ada",
  }),
  characters: { guide: character },
  apiKey,
  endpoint,
  deployment: "fastify",
  store: memoryStore({ singleProcess: true }),
});
app.register(toFastify(onFastify), { prefix: "/api/equos" });
await app.listen({ port: 0, host: "127.0.0.1" });

// Addresses of listening TCP servers are never a string or null.
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.send?.({ ports: { "node:http": portOf(plain), fastify: portOf(app.server) } });
