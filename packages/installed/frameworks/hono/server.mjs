import { ConversationBroker, serveFetch } from "@equos-broker/core";
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const broker = new ConversationBroker({
  // What the team's own middleware has found out stands in Hono's context.
  authorize: ({ native: { platform } }) => platform.get("user"),
});

const app = new Hono();
app.use(async (c, next) => {
  const id = c.req.header("x-user");
  if (id) c.set("user", { identity: id, name: "Ada" });
  await next();
});
app.post("/api/equos/:action", (c) => serveFetch(broker, c.req.raw, { platform: c }));
app.get("/health", (c) => c.text("ok"));

serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: "127.0.0.1" });
