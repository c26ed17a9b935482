import { createServer } from "node:http";
import { ConversationBroker, type FetchContext, toFetchHandler } from "@equos-broker/core";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { guards } from "./guards.js";
import { serving } from "./serving.js";
import { userOf } from "./user.js";

const broker = new ConversationBroker({
  authorize: ({ header }: FetchContext) => userOf(header("cookie")),
  ...guards,
});
const handler = toFetchHandler(broker, { clientIp: () => "127.0.0.1" });
const app = new Hono();
app.post("/api/equos/:action", (context) => handler(context.req.raw));
serving(createServer(getRequestListener(app.fetch)));
