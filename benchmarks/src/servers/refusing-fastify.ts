import fastify from "fastify";
import { serving } from "./serving.js";

// The same as refusing-express.ts, on Fastify.

const app = fastify();
app.post("/api/equos/start", async (_, reply) => reply.code(401).send({ error: "Sign in first." }));
await app.ready();
serving(app.server);
