import { createServer } from "node:http";
import express from "express";
import { serving } from "./serving.js";

// What the framework takes to refuse, and nothing else.

const app = express();
app.post("/api/equos/start", (_, response) => {
  response.status(401).json({ error: "Sign in first." });
});
serving(createServer(app));
