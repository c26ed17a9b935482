import { createServer } from "node:http";
import { ConversationBroker, type ExpressContext, toExpress } from "@equos-broker/express";
import express from "express";
import { guards } from "./guards.js";
import { serving } from "./serving.js";
import { userOf } from "./user.js";

const broker = new ConversationBroker({
  authorize: ({ header }: ExpressContext) => userOf(header("cookie")),
  ...guards,
});
const app = express();
app.use("/api/equos", toExpress(broker));
serving(createServer(app));
