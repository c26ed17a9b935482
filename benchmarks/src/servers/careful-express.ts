import { createServer } from "node:http";
import express from "express";
import { startOverNode, stopOverNode } from "./over-node.js";
import { serving } from "./serving.js";
import { userOf } from "./user.js";

// A good route of thirty lines: who asks, only what the page needs, connections that stay, a limit of time, an answer
// for each failure. One conversation for a double click, limits, and an end for those whose page has gone it has not.

const app = express();
app.use("/api/equos", (request, response, next) => {
  response.locals.user = userOf(request.headers.cookie);
  if (response.locals.user === undefined) response.status(401).json({ error: "Sign in first." });
  else next();
});
app.use(express.json({ limit: "16kb" }));
app.post("/api/equos/start", async (_, response) => {
  try {
    const { conversation, consumerAccessToken } = await startOverNode(response.locals.user);
    const { id, serverUrl, character } = conversation;
    response.set("cache-control", "no-store");
    response.status(201).json({ id, serverUrl, token: consumerAccessToken, agent: character.livekitIdentity });
  } catch {
    response.status(502).json({ error: "The conversation could not be started." });
  }
});
app.post("/api/equos/stop", async (request, response) => {
  try {
    await stopOverNode(String(request.body.id));
    response.json({ stopped: true });
  } catch {
    response.status(502).json({ error: "The conversation could not be stopped." });
  }
});
serving(createServer(app));
