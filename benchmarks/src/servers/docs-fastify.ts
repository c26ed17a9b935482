import fastify from "fastify";
import { startOverFetch, stopOverFetch } from "./over-fetch.js";
import { serving } from "./serving.js";

// The same as docs-express.ts, on Fastify.

const app = fastify();
app.post("/api/equos/start", async () => {
  const { conversation, consumerAccessToken } = await startOverFetch();
  return { conversation, consumerAccessToken };
});
app.post<{ Body: { id: string } }>("/api/equos/stop", async (request) => await stopOverFetch(request.body.id));
await app.ready();
serving(app.server);
