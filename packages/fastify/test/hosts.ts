import { type AnyBroker, type Host, type ListeningHost, pageOrigin } from "@equos-broker/conformance";
import { toFastify } from "@equos-broker/fastify";
import cors from "@fastify/cors";
import fastify, { type FastifyInstance } from "fastify";

export const hostRouteAnswer = "the host's own route";

/** An app with the broker mounted below two prefixes, and routes of its own beside the mount. */
export function fastifyApp(broker: AnyBroker, more: (app: FastifyInstance) => void = () => undefined): FastifyInstance {
  const app = fastify();
  more(app);
  app.addHook("onRequest", async ({ headers, raw }) => {
    const hook = headers["x-host-hook"];
    if (hook === "rejects") throw new Error("the host's own hook");
    if (hook === "reads") for await (const _ of raw);
    if (hook === "destroys") raw.destroy();
  });
  app.register(
    async (api) => {
      api.register(toFastify(broker), { prefix: "/equos" });
      api.post("/echo", async (request) => request.body);
    },
    { prefix: "/api/v1" },
  );
  return app;
}

export async function listen(app: FastifyInstance): Promise<ListeningHost> {
  const origin = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    origin,
    mount: `${origin}/api/v1/equos`,
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

export const fastifyHost: Host = {
  name: "Fastify 5",
  column: "Fastify 5",
  parser: "none",
  knowsMount: true,
  own: {
    "an encoded letter in an action": { status: 201, reason: "Fastify decodes the path before it routes." },
    "a hook of the host that has destroyed the body": {
      status: 0,
      reason: "The body's stream is the connection: nobody is left to answer.",
    },
    "a broken encoding": { status: 400, reason: "Fastify's router refuses a path that it cannot decode." },
  },
  listen: async (broker) => await listen(fastifyApp(broker)),
  listenBesideCors: async (broker) =>
    await listen(fastifyApp(broker, (app) => void app.register(cors, { origin: pageOrigin, credentials: true }))),
};
