import { createServer } from "node:http";
import express from "express";
import { startOverFetch, stopOverFetch } from "./over-fetch.js";
import { serving } from "./serving.js";

// The documentation's route: the call over `fetch`, and the whole answer on to the page.

const app = express();
app.use(express.json());
app.post("/api/equos/start", async (_, response) => {
  const { conversation, consumerAccessToken } = await startOverFetch();
  response.json({ conversation, consumerAccessToken });
});
app.post("/api/equos/stop", async (request, response) => {
  response.json(await stopOverFetch(request.body.id));
});
serving(createServer(app));
