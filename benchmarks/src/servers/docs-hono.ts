import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { startOverFetch, stopOverFetch } from "./over-fetch.js";
import { serving } from "./serving.js";

// The same as docs-express.ts, on Hono.

const app = new Hono();
app.post("/api/equos/start", async (context) => {
  const { conversation, consumerAccessToken } = await startOverFetch();
  return context.json({ conversation, consumerAccessToken });
});
app.post("/api/equos/stop", async (context) => {
  const { id } = await context.req.json<{ id: string }>();
  // Whatever JSON Equos has sent.
  return context.json((await stopOverFetch(id)) as object);
});
serving(createServer(getRequestListener(app.fetch)));
